// Drives the simulator with Gcore's official Go SDK, unchanged.
//
// Run it, in a module that requires github.com/G-Core/gcore-go, against a simulator that is already up:
//
//	npm run simulator                          # prints its URL and its key
//	GCORE_CLOUD_BASE_URL=<url> GCORE_API_KEY=<key> go run sdk_smoke.go
//
// It serves a small image of its own on loopback for the simulator to fetch.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/G-Core/gcore-go"
	"github.com/G-Core/gcore-go/cloud"
	"github.com/G-Core/gcore-go/option"
)

const image = "raw image "

func main() {
	log.SetFlags(0)
	content := strings.Repeat(image, 5000)
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "image.raw", time.Time{}, strings.NewReader(content))
	}))
	defer source.Close()

	client := gcore.NewClient(
		option.WithBaseURL(os.Getenv("GCORE_CLOUD_BASE_URL")),
		option.WithAPIKey(os.Getenv("GCORE_API_KEY")),
		option.WithCloudProjectID(1),
		option.WithCloudRegionID(7),
		option.WithPollingIntervalSeconds(1),
		option.WithPollingTimeoutSeconds(60),
	)
	ctx := context.Background()
	smokeGPU(ctx, client, source.URL)
	smokeInstance(ctx, client, source.URL, len(content))
	smokeRest(ctx, client)
	fmt.Println("OK, gcore-go")
}

func smokeGPU(ctx context.Context, client gcore.Client, url string) {
	images := client.Cloud.GPUVirtual.Clusters.Images
	uploaded, err := images.UploadAndPoll(ctx, cloud.GPUVirtualClusterImageUploadParams{Name: "go-virtual-gpu", URL: url})
	check(err)
	fmt.Printf("virtual-gpu: uploaded %s %s\n", uploaded.ID, uploaded.Status)
	listed, err := images.List(ctx, cloud.GPUVirtualClusterImageListParams{})
	check(err)
	fmt.Printf("virtual-gpu: %d listed\n", listed.Count)
	// UploadAndPoll returns a GPU image that may still be saved; until then it is locked and cannot be deleted.
	for deadline := time.Now().Add(time.Minute); uploaded.Status != "active"; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			log.Fatalf("image %s never became active", uploaded.ID)
		}
		uploaded, err = images.Get(ctx, uploaded.ID, cloud.GPUVirtualClusterImageGetParams{})
		check(err)
	}
	check(images.DeleteAndPoll(ctx, uploaded.ID, cloud.GPUVirtualClusterImageDeleteParams{}))
	_, err = images.Get(ctx, uploaded.ID, cloud.GPUVirtualClusterImageGetParams{})
	var refusal *gcore.Error
	if !errors.As(err, &refusal) || refusal.StatusCode != http.StatusNotFound {
		log.Fatalf("the image is still there: %v", err)
	}
	fmt.Println("virtual-gpu: deleted")
}

func smokeInstance(ctx context.Context, client gcore.Client, url string, size int) {
	images := client.Cloud.Instances.Images
	uploaded, err := images.UploadAndPoll(ctx, cloud.InstanceImageUploadParams{Name: "go-instance", URL: url})
	check(err)
	if uploaded.Status != "active" || uploaded.Size != int64(size) {
		log.Fatalf("not ready: %s, %d bytes", uploaded.Status, uploaded.Size)
	}
	fmt.Printf("instance: uploaded %s %s %d bytes, created %s\n", uploaded.ID, uploaded.Status, uploaded.Size, uploaded.CreatedAt)
	check(images.DeleteAndPoll(ctx, uploaded.ID, cloud.InstanceImageDeleteParams{}))
	fmt.Println("instance: deleted")
}

func smokeRest(ctx context.Context, client gcore.Client) {
	tasks, err := client.Cloud.Tasks.List(ctx, cloud.TaskListParams{State: []string{"FINISHED"}, RegionID: []int64{7}})
	check(err)
	fmt.Printf("tasks: %d finished\n", tasks.Count)
	regions, err := client.Cloud.Regions.List(ctx, cloud.RegionListParams{})
	check(err)
	fmt.Printf("regions: %d, the first is %s\n", regions.Count, regions.Results[0].DisplayName)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
