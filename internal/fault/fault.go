package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the class of a fault; it decides the HTTP status and the exit code.
type Code string

// The codes. Each has one HTTP status, see [Code.Status].
const (
	Invalid         Code = "invalid"         // what was sent breaks a rule; the field is named
	Unauthenticated Code = "unauthenticated" // nobody is signed in
	Forbidden       Code = "forbidden"       // the policy table says no
	NotFound        Code = "not-found"       // no such thing, or none the actor may know of
	Conflict        Code = "conflict"        // the thing changed meanwhile, or is in another state
	Gone            Code = "gone"            // it was here and was erased
	TooLarge        Code = "too-large"       // a bound was exceeded
	Unsupported     Code = "unsupported"     // a format or media type that is not read here
	Busy            Code = "busy"            // try again later
	Internal        Code = "internal"        // our mistake
)

// Status is the HTTP status for c.
func (c Code) Status() int {
	switch c {
	case Invalid:
		return 422
	case Unauthenticated:
		return 401
	case Forbidden:
		return 403
	case NotFound:
		return 404
	case Conflict:
		return 409
	case Gone:
		return 410
	case TooLarge:
		return 413
	case Unsupported:
		return 415
	case Busy:
		return 503
	}
	return 500
}

// Fault is an error with two faces: Key and Args for people, Cause for the log.
type Fault struct {
	Code  Code
	Key   string         // message key in the catalogues
	Args  []any          // name, value pairs for the message
	Field string         // the field at fault, "" when none is
	Cause error          // what happened underneath; never shown
	More  []*Fault       // further faults of the same submission, one per field
	Data  map[string]any // what the handler needs to answer well, e.g. the current revision
}

// New makes a fault with a message key and its name, value arguments.
func New(code Code, key string, args ...any) *Fault {
	return &Fault{Code: code, Key: key, Args: args}
}

// At names the field at fault and returns f.
func (f *Fault) At(field string) *Fault {
	f.Field = field
	return f
}

// Because records the cause and returns f.
func (f *Fault) Because(cause error) *Fault {
	f.Cause = cause
	return f
}

// With keeps a value for the handler and returns f.
func (f *Fault) With(name string, value any) *Fault {
	if f.Data == nil {
		f.Data = map[string]any{}
	}
	f.Data[name] = value
	return f
}

// Error is for the log: code, key, field and cause.
func (f *Fault) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", f.Code, f.Key)
	if f.Field != "" {
		fmt.Fprintf(&b, " (field %s)", f.Field)
	}
	for i := 0; i+1 < len(f.Args); i += 2 {
		fmt.Fprintf(&b, " %v=%v", f.Args[i], f.Args[i+1])
	}
	if f.Cause != nil {
		fmt.Fprintf(&b, ": %v", f.Cause)
	}
	for _, m := range f.More {
		fmt.Fprintf(&b, "; %v", m)
	}
	return b.String()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// All lists f and the further faults of the same submission.
func (f *Fault) All() []*Fault { return append([]*Fault{f}, f.More...) }

// Of finds the fault in err; an error that is none becomes an [Internal] one.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Code: Internal, Key: "fault.internal", Cause: err}
}

// Is reports whether err is a fault with code c.
func Is(err error, c Code) bool {
	var f *Fault
	return errors.As(err, &f) && f.Code == c
}

// Wrap prefixes *err with what was being done, when it is not nil:
//
//	defer fault.Wrap(&err, "catalogue.Publish(%s)", offer)
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *err)
	}
}

// List gathers faults of one submission so that all fields are reported at once.
type List struct{ faults []*Fault }

// Add appends a fault for a field.
func (l *List) Add(field, key string, args ...any) {
	l.faults = append(l.faults, New(Invalid, key, args...).At(field))
}

// Merge appends the faults in err, if any, each field prefixed.
func (l *List) Merge(prefix string, err error) {
	if err == nil {
		return
	}
	for _, f := range Of(err).All() {
		g := *f
		g.More = nil
		g.Field = prefix + g.Field
		l.faults = append(l.faults, &g)
	}
}

// Len is the number of faults gathered.
func (l *List) Len() int { return len(l.faults) }

// Err is nil when nothing was added, else one fault that holds them all.
func (l *List) Err() error {
	if len(l.faults) == 0 {
		return nil
	}
	first := *l.faults[0]
	first.More = append([]*Fault(nil), l.faults[1:]...)
	return &first
}
