"""Measures what Gcore's official Python SDK does if an upload goes wrong.

    pip install gcore
    python bench/sdk_faults.py [--node node] > table.md

Each line is one upload_and_poll of the unchanged SDK, against a new simulated cloud with one fault (bench/faulty-cloud.ts, which needs
Node 24). Only times differ from the SDK's own settings: a request may take 2 s, and there is a poll every second.
"""

import argparse
import json
import subprocess
from pathlib import Path

import gcore
from gcore import Gcore

CLOUD = Path(__file__).with_name("faulty-cloud.ts")
REQUEST_SECONDS = 2
POLLING = {"polling_interval_seconds": 1, "polling_timeout_seconds": 30}


def faults(node: str) -> list[str]:
    listed = subprocess.run([node, CLOUD], capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def upload(place: dict[str, str], kind: str) -> str:
    """The result of one upload of a kind of image, in a few words."""
    client = Gcore(
        base_url=place["url"],
        api_key=place["apiKey"],
        cloud_project_id=1,
        cloud_region_id=7,
        timeout=REQUEST_SECONDS,
    )
    cloud = client.cloud
    images = cloud.instances.images if kind == "instance" else cloud.gpu_virtual.clusters.images
    try:
        image = images.upload_and_poll(name="sdk-image", url=place["imageUrl"], **POLLING)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the result
        return f"raises {type(error).__name__}"
    return f"returns an image: {image.status}, size {image.size}"


def measure(node: str, fault: str, kind: str) -> str:
    cloud = subprocess.Popen([node, CLOUD, fault], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert cloud.stdin is not None and cloud.stdout is not None
    result = upload(json.loads(cloud.stdout.readline()), kind)
    cloud.stdin.close()
    seen = json.loads(cloud.stdout.readline())
    cloud.wait()
    return f"{result}; {count(seen['posts'], 'POST')}, {count(seen['images'], 'image')}"


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--node", default="node", help="Node 24")
    node = parser.parse_args().node
    print(f"| Fault | gcore {gcore.__version__}, virtual GPU image | gcore {gcore.__version__}, instance image |")
    print("| --- | --- | --- |")
    for fault in faults(node):
        gpu, instance = (measure(node, fault, kind) for kind in ("virtual-gpu", "instance"))
        print(f"| {fault} | {gpu} | {instance} |", flush=True)


if __name__ == "__main__":
    main()
