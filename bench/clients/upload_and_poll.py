"""Gcore's official Python SDK, unchanged, in simulated time: one upload_and_poll for each line of its input.

A line is JSON: {"url", "apiKey", "imageUrl"}, where a simulated cloud is. When the image is there, it answers with a line. To sleep
takes no real time: each request tells the cloud what time it is. Run by `npm run bench`; needs `pip install gcore`.
"""

import json
import sys
import time

import httpx
from gcore import DefaultHttpxClient, Gcore

slept_seconds = 0.0


def sleep(seconds: float) -> None:
    global slept_seconds
    slept_seconds += seconds


def tell_time(request: httpx.Request) -> None:
    request.headers["x-simulated-ms"] = str(round(slept_seconds * 1000))


time.sleep = sleep
for line in sys.stdin:
    place = json.loads(line)
    slept_seconds = 0.0
    client = Gcore(
        base_url=place["url"],
        api_key=place["apiKey"],
        cloud_project_id=1,
        cloud_region_id=7,
        http_client=DefaultHttpxClient(event_hooks={"request": [tell_time]}),
    )
    image = client.cloud.gpu_virtual.clusters.images.upload_and_poll(name="sdk-image", url=place["imageUrl"])
    print(image.status, flush=True)
