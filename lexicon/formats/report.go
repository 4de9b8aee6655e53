package formats

import (
	"context"
	"hash/maphash"
	"maps"
	"slices"
	"strconv"
	"strings"

	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/lexicon"
)

// Report says what reading a file came to.
type Report struct {
	Entries int // given to emit
	Labels  int // of these entries
	Skipped int // entries, rows and labels left out
	// Problems are the first things that were left out, at most MaxProblems.
	Problems []Problem
	// Pairs says that the entries are words that translate each other, without a
	// claim that they are concepts.
	Pairs bool
	// Languages lists the languages of the labels, sorted.
	Languages []string
}

// Problem says why something was left out.
type Problem struct {
	Line int    // of the unpacked file; 0 when it has no place in it
	Key  string // message key of the reason
	Args []any  // and its name, value pairs
}

// Fault gives the problem as an error.
func (p Problem) Fault() *fault.Fault { return fault.New(fault.Invalid, p.Key, p.Args...) }

// maxTags bounds the language tags that a file may use: there are some thousands
// of languages, and each tag costs a parse.
const maxTags = 2000

// maxTag is how long a tag may be; what is longer is no language.
const maxTag = 100

// step is after how many entries progress is called.
const step = 1 << 10

// sink takes entries from the readers, makes their labels fit to be kept, and
// hands them on. It holds one entry at a time: begin, label…, end.
type sink struct {
	ctx      context.Context
	bounds   bounds
	progress func(int)
	emit     func(lexicon.Entry) error
	report   Report

	tags  map[string]string // as written, as kept; "" for what is no language
	used  map[string]bool   // languages of labels that were emitted
	seed  maphash.Seed
	taken map[uint64]struct{} // hashes of the identifiers; nil where they cannot repeat

	line  int
	entry lexicon.Entry
	known map[lexicon.Label]bool // labels of the entry, when they are many
}

func newSink(ctx context.Context, b bounds, progress func(int), emit func(lexicon.Entry) error) *sink {
	if progress == nil {
		progress = func(int) {}
	}
	return &sink{ctx: ctx, bounds: b, progress: progress, emit: emit,
		tags: map[string]string{}, used: map[string]bool{}}
}

// watch makes the sink look for identifiers that repeat.
func (s *sink) watch() { s.seed, s.taken = maphash.MakeSeed(), map[uint64]struct{}{} }

// skip counts something left out.
func (s *sink) skip(line int, why *fault.Fault) {
	s.report.Skipped++
	if len(s.report.Problems) < MaxProblems {
		s.report.Problems = append(s.report.Problems, Problem{Line: line, Key: why.Key, Args: why.Args})
	}
}

// language gives the tag under which words of a language are kept, "" if that is
// no language.
func (s *sink) language(written string) string {
	if kept, ok := s.tags[written]; ok {
		return kept
	}
	if len(s.tags) >= maxTags || len(written) > maxTag {
		return ""
	}
	kept := tagOf(written)
	s.tags[strings.Clone(written)] = kept
	return kept
}

func tagOf(written string) string {
	if written == "" {
		return lexicon.AnyLanguage
	}
	t, err := lang.Parse(strings.ReplaceAll(written, "_", "-"))
	if strings.EqualFold(written, "und") || strings.EqualFold(written, "zxx") {
		return lexicon.AnyLanguage
	}
	if err != nil || t.Base() == "x" {
		return ""
	}
	base, script := t.Base(), t.Script()
	if script == "Zzzz" || script == base.Script() {
		return string(base)
	}
	return string(base) + "-" + script
}

// begin starts an entry.
func (s *sink) begin(line int, id string) {
	s.line, s.entry, s.known = line, lexicon.Entry{ID: id}, nil
}

// label adds a label in a language as the file names it.
func (s *sink) label(tag, text string) {
	kept := s.language(tag)
	if kept == "" {
		s.skip(s.line, fault.New(fault.Invalid, "lexicon.unknown-language", "tag", excerpt(tag)))
		return
	}
	s.keep(kept, text)
}

// keep adds a label in a language as we name it.
func (s *sink) keep(tag, text string) {
	if text = cleanLabel(text); text == "" {
		return
	}
	if len(text) > MaxLabel {
		s.skip(s.line, fault.New(fault.TooLarge, "lexicon.label-too-long", "max", MaxLabel))
		return
	}
	l := lexicon.Label{Lang: tag, Text: text}
	if s.has(l) {
		return
	}
	if len(s.entry.Labels) == MaxLabels {
		s.skip(s.line, fault.New(fault.TooLarge, "lexicon.too-many-labels", "max", MaxLabels))
		return
	}
	l.Text = strings.Clone(text) // not to hold a whole line in memory
	s.entry.Labels = append(s.entry.Labels, l)
	if s.known != nil {
		s.known[l] = true
	}
}

func (s *sink) has(l lexicon.Label) bool {
	const few = 20
	if len(s.entry.Labels) < few {
		return slices.Contains(s.entry.Labels, l)
	}
	if s.known == nil {
		s.known = make(map[lexicon.Label]bool, 2*few)
		for _, old := range s.entry.Labels {
			s.known[old] = true
		}
	}
	return s.known[l]
}

// unique claims the identifier of the entry begun.
func (s *sink) unique() bool {
	if s.taken == nil {
		return true
	}
	h := maphash.String(s.seed, s.entry.ID)
	_, taken := s.taken[h]
	s.taken[h] = struct{}{}
	return !taken
}

// end hands the entry on if it has at least so many labels.
func (s *sink) end(least int) error {
	switch e := &s.entry; {
	case e.ID == "":
		s.skip(s.line, fault.New(fault.Invalid, "lexicon.no-id"))
		return nil
	case len(e.ID) > MaxID:
		s.skip(s.line, fault.New(fault.TooLarge, "lexicon.id-too-long", "max", MaxID))
		return nil
	case len(e.Labels) < least:
		s.skip(s.line, fault.New(fault.Invalid, "lexicon.no-label"))
		return nil
	case !s.unique():
		s.skip(s.line, fault.New(fault.Invalid, "lexicon.same-id", "id", excerpt(e.ID)))
		return nil
	}
	if s.report.Entries == s.bounds.entries {
		return fault.New(fault.TooLarge, "lexicon.too-many-entries", "max", s.bounds.entries)
	}
	s.report.Entries++
	s.report.Labels += len(s.entry.Labels)
	for _, l := range s.entry.Labels {
		s.used[l.Lang] = true
	}
	if s.report.Entries%step == 0 {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		s.progress(s.report.Entries)
	}
	return s.emit(s.entry)
}

// finish fails if the file held nothing.
func (s *sink) finish() error {
	s.progress(s.report.Entries)
	if s.report.Entries > 0 {
		return nil
	}
	for _, p := range s.report.Problems {
		if p.Key == "lexicon.remote-context" {
			return fault.New(fault.Unsupported, p.Key, p.Args...)
		}
	}
	nothing := fault.New(fault.Invalid, "lexicon.no-entries")
	if len(s.report.Problems) > 0 {
		nothing.Cause = s.report.Problems[0].Fault()
	}
	return nothing
}

func (s *sink) result() Report {
	s.report.Languages = slices.Sorted(maps.Keys(s.used))
	return s.report
}

// at is the identifier of what has none of its own: its line.
func at(line int) string { return strconv.Itoa(line) }
