package site

import (
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"
)

func TestTheCodeHasEveryDarkModule(t *testing.T) {
	const address = "https://sti.example/en/board/01ARZ3NDEKTSV4RRFFQ69G5FAV"
	code, err := qrcode.New(address, qrcode.Low)
	if err != nil {
		t.Fatal(err)
	}
	code.DisableBorder = true
	runs := 0
	for _, row := range code.Bitmap() {
		before := false
		for _, dark := range row {
			if dark && !before {
				runs++
			}
			before = dark
		}
	}
	if got := strings.Count(string(qr(address)), "M"); got != runs {
		t.Errorf("%d runs drawn, want %d", got, runs)
	}
}

func TestAnEndlessAddressHasNoCode(t *testing.T) {
	if got := qr("https://sti.example/" + strings.Repeat("x", 5000)); got != "" {
		t.Errorf("drew %.80s", got)
	}
}
