"""Drives the simulator with Gcore's official Python SDK, unchanged.

Run it against a simulator that is already up:

    npm run simulator                          # prints its URL and its key
    pip install gcore
    GCORE_CLOUD_BASE_URL=<url> GCORE_API_KEY=<key> python bench/sdk_smoke.py

It serves a small image of its own on loopback for the simulator to fetch.
"""

import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gcore
from gcore import Gcore

IMAGE = b"raw image " * 5_000
PROJECT_ID, REGION_ID = 1, 7
POLLING = {"polling_interval_seconds": 1, "polling_timeout_seconds": 60}


class ImageSource(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(IMAGE)))
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(IMAGE)

    def log_message(self, *_: object) -> None:
        pass


def wait_until_active(images, image_id: str) -> None:
    """The SDK returns a GPU image that may still be saved; until then it is locked and cannot be deleted."""
    deadline = time.monotonic() + POLLING["polling_timeout_seconds"]
    while images.get(image_id=image_id).status != "active":
        assert time.monotonic() < deadline, f"image {image_id} never became active"
        time.sleep(0.2)


def smoke_gpu(images, label: str, url: str) -> None:
    """Upload, list, get and delete by the SDK's own polling methods."""
    image = images.upload_and_poll(name=f"sdk-{label}", url=url, tags={"made-by": "sdk"}, **POLLING)
    print(f"{label}: uploaded {image.id} {image.status}, tags {[(tag.key, tag.value) for tag in image.tags]}")
    listed = images.list()
    assert image.id in [one.id for one in listed.results], listed
    wait_until_active(images, image.id)
    images.delete_and_poll(image_id=image.id, **POLLING)
    try:
        images.get(image_id=image.id)
        raise AssertionError("the image is still there")
    except gcore.NotFoundError as error:
        print(f"{label}: deleted; {error.body['message']}")


def smoke_instance(images, url: str) -> None:
    image = images.upload_and_poll(name="sdk-instance", url=url, tags={"made-by": "sdk"}, **POLLING)
    assert image.status == "active" and image.size == len(IMAGE), image
    tagged = images.list(tag_key_value='{"made-by": "sdk"}', private="true")
    assert [one.id for one in tagged.results] == [image.id], tagged
    priced = images.get(image_id=image.id, include_prices=True)
    assert priced.price_per_hour is not None, priced
    print(f"instance: uploaded {image.id} {image.status} {image.size} bytes, created {image.created_at}")
    task = images.delete(image_id=image.id).tasks[0]
    print(f"instance: delete task {task}")


def smoke_rest(cloud, url: str) -> None:
    tasks = cloud.tasks.list(state=["FINISHED"], project_id=[PROJECT_ID], task_type="download_image", limit=2)
    print(f"tasks: {tasks.count} finished imports, the newest of {tasks.results[0].created_on}")
    print(f"projects: {[(one.id, one.name) for one in cloud.projects.list()]}")
    print(f"regions: {[(one.id, one.display_name) for one in cloud.regions.list()]}")
    print(f"region 7: {cloud.regions.get(region_id=7).slug}")
    try:
        cloud.gpu_virtual.clusters.images.upload(name="!", url=url)
        raise AssertionError("a bad name was accepted")
    except gcore.BadRequestError as error:
        print(f"bad name: {error.body['exception_class']} {error.body['invalid_fields']}")


def main() -> None:
    source = ThreadingHTTPServer(("127.0.0.1", 0), ImageSource)
    threading.Thread(target=source.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{source.server_port}/image.raw"
    client = Gcore(
        base_url=os.environ["GCORE_CLOUD_BASE_URL"],
        api_key=os.environ["GCORE_API_KEY"],
        cloud_project_id=PROJECT_ID,
        cloud_region_id=REGION_ID,
    )
    cloud = client.cloud
    smoke_gpu(cloud.gpu_virtual.clusters.images, "virtual-gpu", url)
    smoke_gpu(cloud.gpu_baremetal.clusters.images, "baremetal-gpu", url)
    smoke_instance(cloud.instances.images, url)
    smoke_rest(cloud, url)
    print(f"OK, gcore {gcore.__version__}")


if __name__ == "__main__":
    main()
