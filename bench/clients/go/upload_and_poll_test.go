// Gcore's official Go SDK, unchanged, in simulated time: one UploadAndPoll for each line of its input.
//
// A line is JSON, {"url", "apiKey", "imageUrl"}, about a simulated cloud. When the image is ready, it answers with a line. The clock is that
// of testing/synctest: sleeping takes no real time, and each request sends its time to the cloud. Built with `go test -c` by `npm run bench`.
package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/G-Core/gcore-go"
	"github.com/G-Core/gcore-go/cloud"
	"github.com/G-Core/gcore-go/option"
)

type place struct {
	URL, APIKey, ImageURL string
}

type exchange struct {
	request  *http.Request
	response *http.Response
	err      error
}

// outside makes the requests in real time: simulated time does not advance while a goroutine waits for the network.
type outside struct {
	requests  chan *http.Request
	exchanges chan exchange
}

func newOutside() outside {
	o := outside{make(chan *http.Request), make(chan exchange)}
	go func() {
		for request := range o.requests {
			response, err := http.DefaultTransport.RoundTrip(request)
			if err == nil {
				body, _ := io.ReadAll(response.Body)
				response.Body.Close()
				response.Body = io.NopCloser(bytes.NewReader(body))
			}
			o.exchanges <- exchange{request, response, err}
		}
	}()
	return o
}

func (o outside) at(began time.Time) *http.Client {
	return &http.Client{Transport: transport(func(request *http.Request) (*http.Response, error) {
		sent := request.Clone(context.Background())
		sent.Header.Set("x-simulated-ms", strconv.FormatInt(time.Since(began).Milliseconds(), 10))
		o.requests <- sent
		answer := <-o.exchanges
		return answer.response, answer.err
	})}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(request *http.Request) (*http.Response, error) { return t(request) }

func TestUploadAndPoll(t *testing.T) {
	network := newOutside()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var where place
		if err := json.Unmarshal(lines.Bytes(), &where); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			client := gcore.NewClient(
				option.WithHTTPClient(network.at(time.Now())),
				option.WithBaseURL(where.URL),
				option.WithAPIKey(where.APIKey),
				option.WithCloudProjectID(1),
				option.WithCloudRegionID(7),
			)
			images := client.Cloud.GPUVirtual.Clusters.Images
			uploaded, err := images.UploadAndPoll(t.Context(), cloud.GPUVirtualClusterImageUploadParams{Name: "go-image", URL: where.ImageURL})
			if err != nil {
				t.Fatal(err)
			}
			fmt.Println(uploaded.Status)
		})
	}
}
