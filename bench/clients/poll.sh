#!/bin/sh
# What a workflow would do with curl alone: ask for the import, then look every five seconds until its task is FINISHED.
# In simulated time: `sleep` takes none, and tells what time it is in the header that curl sends along.
set -eu
now=0
header() { printf 'x-simulated-ms: %d' "$((now * 1000))"; }
ask() { curl --silent --fail --header "Authorization: APIKey $API_KEY" --header "$(header)" "$@"; }
sleep() { now=$((now + $1)); }

task=$(ask --json "{\"name\": \"shell-image\", \"url\": \"$IMAGE_URL\"}" "$URL/cloud/v3/gpu/virtual/1/7/images" | sed 's/.*\["\(.*\)"\].*/\1/')
until ask "$URL/cloud/v1/tasks/$task" | grep -q '"state":"FINISHED"'; do
  sleep 5
done
