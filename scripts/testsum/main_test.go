package main

import (
	"strings"
	"testing"
)

func TestSummarise(t *testing.T) {
	cases := []struct {
		name string
		in   []string
		good bool
		says []string
	}{
		{
			name: "a package that passes is one line",
			in: []string{
				`{"Action":"output","Package":"p","Test":"TestA","Output":"noise\n"}`,
				`{"Action":"pass","Package":"p","Test":"TestA"}`,
				`{"Action":"pass","Package":"p","Elapsed":1.5}`,
			},
			good: true,
			says: []string{"ok  \tp\t1.500s\nPASS: 1 tests passed, 0 failed, 0 skipped; 1 packages passed, 0 failed\n"},
		},
		{
			name: "a failing test shows its output",
			in: []string{
				`{"Action":"output","Package":"p","Test":"TestA","Output":"want 1, got 2\n"}`,
				`{"Action":"fail","Package":"p","Test":"TestA"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			says: []string{"want 1, got 2\n", "FAIL\tp.TestA\n", "FAIL: 0 tests passed, 1 failed"},
		},
		{
			name: "a test that lacks optional data is left out, plainly",
			in: []string{
				`{"Action":"pass","Package":"p","Test":"TestB"}`,
				`{"Action":"output","Package":"p","Test":"TestA","Output":"no register; it is optional\n"}`,
				`{"Action":"skip","Package":"p","Test":"TestA"}`,
			},
			good: true,
			says: []string{"LEFT OUT\tp.TestA", "PASS: 1 tests passed, 0 failed, 1 skipped"},
		},
		{
			name: "a skipped test is a failure and says why",
			in: []string{
				`{"Action":"output","Package":"p","Test":"TestA","Output":"no browser\n"}`,
				`{"Action":"skip","Package":"p","Test":"TestA"}`,
				`{"Action":"pass","Package":"p","Test":"TestB"}`,
				`{"Action":"pass","Package":"p"}`,
			},
			says: []string{"no browser\n", "SKIP\tp.TestA\n", "FAIL: 1 tests passed"},
		},
		{
			name: "a package without tests is neither good nor bad",
			in: []string{
				`{"Action":"skip","Package":"q"}`,
				`{"Action":"pass","Package":"p","Test":"TestB"}`,
				`{"Action":"pass","Package":"p"}`,
			},
			good: true,
			says: []string{"PASS: 1 tests passed, 0 failed, 0 skipped; 1 packages passed"},
		},
		{
			name: "a package that does not build fails with the compiler's words",
			in: []string{
				`{"ImportPath":"p","Action":"build-output","Output":"undefined: x\n"}`,
				`{"ImportPath":"p","Action":"build-fail"}`,
			},
			says: []string{"undefined: x\n", "FAIL\tp (does not build)\n"},
		},
		{
			name: "a panic shows the output of the test it ended",
			in: []string{
				`{"Action":"output","Package":"p","Test":"TestA","Output":"panic: boom\n"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			says: []string{"panic: boom\n", "FAIL\tp\n"},
		},
		{
			name: "what the go command says itself is passed on, and nothing run is a failure",
			in:   []string{"no Go files in p"},
			says: []string{"no Go files in p", "FAIL: 0 tests passed"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			good := summarise(strings.NewReader(strings.Join(c.in, "\n")), &out)
			if good != c.good {
				t.Errorf("good = %v, want %v", good, c.good)
			}
			for _, want := range c.says {
				if !strings.Contains(out.String(), want) {
					t.Errorf("lacks %q in:\n%s", want, out.String())
				}
			}
		})
	}
}
