package page

import "karvan/internal/fault"

var table = []string{"go.table"}

func page(p printer, x string, xs []any) {
	p.T("go.plain")
	p.T("go.named", "who", x, "day", x)
	p.N("go.counted", 3, "who", x)
	p.T("go.spread", xs...)
	p.T("go.variable", x, x)
	p.T("kind." + x)
	p.T("code.type." + x + "." + x)
	p.T("not a key")
	p.Other("go.other")
	fault.New(fault.Invalid, "go.fault", "max", 3).At("title")
}
