package telemetry_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/telemetry"
)

var update = flag.Bool("update", false, "write the golden files")

func TestEachCountIsALineInTheEmbeddedMetricFormat(t *testing.T) {
	var out bytes.Buffer
	m := &telemetry.Meter{W: &out, Service: "shop", Now: func() time.Time { return time.UnixMilli(1763802000123) }}
	ctx := invoked(t.Context())
	m.Take(ctx, intake.MetricQueued, "cursos", "paid")
	m.Take(ctx, intake.MetricRefused, "cursos", "signature")
	m.Count(ctx, placing.MetricUnknownFault, "cursos")
	m.Count(t.Context(), placing.MetricStrayWake, "")
	m.CountAccount(ctx, placing.MetricAccountRefused, "estudio")
	m.Placed(ctx, "cursos", 3*time.Minute+250*time.Millisecond)

	const golden = "testdata/metrics.jsonl"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if diff := cmp.Diff(string(want), out.String()); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

// What CloudWatch asks of a line: each dimension and each metric it names is a
// member at the top, dimensions are texts and not empty.
func TestCloudWatchFindsEachMetricAndDimension(t *testing.T) {
	var out bytes.Buffer
	m := &telemetry.Meter{W: &out, Service: "shop", Now: time.Now}
	m.Take(t.Context(), intake.MetricIgnored, "cursos", "not_paid")
	m.Count(t.Context(), placing.MetricParked, "")
	m.CountAccount(t.Context(), placing.MetricLongRest, "estudio")
	m.Placed(t.Context(), "cursos", time.Second)
	lines := 0
	for d := json.NewDecoder(&out); d.More(); lines++ {
		var line map[string]any
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		for _, each := range line["_aws"].(map[string]any)["CloudWatchMetrics"].([]any) {
			directive := each.(map[string]any)
			for _, set := range directive["Dimensions"].([]any) {
				for _, name := range set.([]any) {
					if value, ok := line[name.(string)].(string); !ok || value == "" {
						t.Errorf("dimension %v is %v", name, line[name.(string)])
					}
				}
			}
			for _, metric := range directive["Metrics"].([]any) {
				if _, ok := line[metric.(map[string]any)["Name"].(string)].(float64); !ok {
					t.Errorf("%v has no value", metric)
				}
			}
		}
	}
	if lines != 4 {
		t.Errorf("%d lines", lines)
	}
}
