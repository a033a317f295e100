//go:build !race

package browsertest

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// picture writes what is on the screen into docs/images, if -update asks for that.
func (p *tab) picture(name string) {
	p.t.Helper()
	if !*update {
		return
	}
	var b []byte
	p.do("take a picture", chromedp.ActionFunc(func(ctx context.Context) (err error) {
		b, err = page.CaptureScreenshot().WithFormat(page.CaptureScreenshotFormatPng).Do(ctx)
		return err
	}))
	small, err := shrunk(b)
	if err == nil {
		err = os.WriteFile(filepath.Join(root, "docs/images", name+".png"), small, 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// shrunk is the picture in the 256 colours that it has most of: a page has few, and the
// others are the edges of its letters.
func shrunk(b []byte) ([]byte, error) {
	full, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	seen := map[color.RGBA]int{}
	rgba := image.NewRGBA(full.Bounds())
	draw.Draw(rgba, rgba.Bounds(), full, full.Bounds().Min, draw.Src)
	for i := 0; i < len(rgba.Pix); i += 4 {
		seen[color.RGBA{rgba.Pix[i], rgba.Pix[i+1], rgba.Pix[i+2], 255}]++
	}
	most := slices.SortedFunc(maps.Keys(seen), func(a, b color.RGBA) int {
		return cmp.Or(seen[b]-seen[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	var few color.Palette
	for _, c := range most[:min(256, len(most))] {
		few = append(few, c)
	}
	flat := image.NewPaletted(rgba.Bounds(), few)
	draw.Draw(flat, flat.Bounds(), rgba, rgba.Bounds().Min, draw.Src)
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, flat)
	return out.Bytes(), err
}
