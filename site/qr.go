package site

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/skip2/go-qrcode"
)

// QR is the record's permanent address as a code, for the printed page.
func (v RecordView) QR() template.HTML { return qr(v.Permanent) }

// qr draws an address as a QR code (ISO/IEC 18004), for the foot of a printed
// page: one path of an inline SVG, so that it costs little and needs no picture.
// An address too long for a code gives none.
func qr(address string) template.HTML {
	code, err := qrcode.New(address, qrcode.Low)
	if err != nil {
		return ""
	}
	code.DisableBorder = true
	modules := code.Bitmap()
	var path strings.Builder
	for y, row := range modules {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			run := 1
			for x+run < len(row) && row[x+run] {
				run++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x, y, run, run)
			x += run
		}
	}
	// Only numbers and fixed letters are written here; the address itself is not.
	return template.HTML(fmt.Sprintf(`<svg class="qr print-only" width="96" height="96" viewBox="-1 -1 %d %d" aria-hidden="true" focusable="false"><path d="%s"/></svg>`,
		len(modules)+2, len(modules)+2, path.String()))
}
