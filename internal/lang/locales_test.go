package lang_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"karvan/internal/lang"
	"karvan/locales"
)

// texts are the messages of one language as they stand in the files: by key,
// then by plural form, the form "" being a message that counts nothing.
type texts map[string]map[string]string

func readTexts(t *testing.T) map[lang.Tag]texts {
	t.Helper()
	files, err := fs.Glob(locales.Files, "*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	all := map[lang.Tag]texts{}
	for _, name := range files {
		data, err := fs.ReadFile(locales.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		var raw map[string]any
		if err := json.Unmarshal(data, &raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		tag := lang.Tag(path.Dir(name))
		if all[tag] == nil {
			all[tag] = texts{}
		}
		for key, v := range raw {
			all[tag][key] = map[string]string{}
			switch v := v.(type) {
			case string:
				all[tag][key][""] = v
			case map[string]any:
				for form, s := range v {
					all[tag][key][form] = fmt.Sprint(s)
				}
			}
		}
	}
	return all
}

var marks = regexp.MustCompile(`\{[a-z0-9_]+\}`)

// placeholders lists the distinct placeholders of a text. A date pattern
// chooses among several ways to write the day and the month, which count as one.
func placeholders(key, text string) []string {
	found := map[string]bool{}
	for _, m := range marks.FindAllString(text, -1) {
		if strings.HasPrefix(key, "date.") {
			m = strings.NewReplacer("{dd}", "{d}", "{mm}", "{month}", "{m}", "{month}").Replace(m)
		}
		found[m] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func TestEveryLanguageHasTheSameKeys(t *testing.T) {
	all := readTexts(t)
	for _, tag := range lang.Interface {
		if len(all[tag]) == 0 {
			t.Fatalf("no messages in %s", tag)
		}
		for key := range all["en"] {
			if _, ok := all[tag][key]; !ok {
				t.Errorf("%s lacks %s", tag, key)
			}
		}
		for key := range all[tag] {
			if _, ok := all["en"][key]; !ok {
				t.Errorf("%s has %s, which English lacks", tag, key)
			}
		}
	}
	if len(all) != len(lang.Interface) {
		t.Errorf("catalogues for %v, interface languages %v", slices.Sorted(maps.Keys(all)), lang.Interface)
	}
}

func TestPlaceholdersAgree(t *testing.T) {
	all := readTexts(t)
	for key, forms := range all["en"] {
		want := placeholders(key, forms["other"]+forms[""])
		for tag := range all {
			for form, text := range all[tag][key] {
				if got := placeholders(key, text); !slices.Equal(got, want) {
					t.Errorf("%s %s %q has %v, English has %v", tag, key, form, got, want)
				}
			}
		}
	}
}

func TestPluralFormsAreThoseOfTheLanguage(t *testing.T) {
	all := readTexts(t)
	c := load(t)
	for tag := range all {
		forms := map[string]bool{"other": true} // fractions need it everywhere
		for n := range int64(200) {
			forms[c.Printer(tag).PluralForm(n)] = true
		}
		want := slices.Sorted(maps.Keys(forms))
		for key, by := range all[tag] {
			_, single := by[""]
			if _, english := all["en"][key][""]; english != single {
				t.Errorf("%s %s counts, or does not, unlike English", tag, key)
			}
			if got := slices.Sorted(maps.Keys(by)); !single && !slices.Equal(got, want) {
				t.Errorf("%s %s has the forms %v, want %v", tag, key, got, want)
			}
		}
	}
}

// Text that would confuse a reader or an editor: nothing, blanks at the ends
// or two in a row, the mark of a missing key, characters no text may hold.
func TestMessagesAreWellFormed(t *testing.T) {
	for tag, messages := range readTexts(t) {
		for key, forms := range messages {
			for form, text := range forms {
				switch _, changed := lang.Clean(text); {
				case text == "":
					t.Errorf("%s %s %q is empty", tag, key, form)
				case strings.TrimSpace(text) != text || strings.Contains(text, "  "):
					t.Errorf("%s %s %q has idle blanks: %q", tag, key, form, text)
				case strings.ContainsAny(text, "⟦⟧"):
					t.Errorf("%s %s %q holds the mark of a missing key", tag, key, form)
				case changed:
					t.Errorf("%s %s %q is not clean text: %+q", tag, key, form, text)
				}
			}
		}
	}
}

// Letters that look right and are not make words that no search finds: the
// Arabic yeh and kaf in Persian, Latin letters inside Russian words.
var strayLetters = map[lang.Tag]*regexp.Regexp{
	"fa": regexp.MustCompile(`[يىكة٠-٩]`),
	"ru": regexp.MustCompile(`\p{Cyrillic}\p{Latin}|\p{Latin}\p{Cyrillic}`),
	"zh": regexp.MustCompile(`\p{Han}[,;:?!()]|[,;:?!(]\p{Han}`),
}

func TestLettersBelongToTheLanguage(t *testing.T) {
	for tag, messages := range readTexts(t) {
		stray := strayLetters[tag]
		for key, forms := range messages {
			for _, text := range forms {
				if stray != nil && stray.MatchString(text) {
					t.Errorf("%s %s: %q has %q", tag, key, text, stray.FindString(text))
				}
			}
		}
	}
}

// The files have one key a line, sorted, so that people who add messages at
// the same time rarely touch the same line.
func TestFilesAreSorted(t *testing.T) {
	files, err := fs.Glob(locales.Files, "*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	line := regexp.MustCompile(`(?m)^  "([^"]+)": `)
	for _, name := range files {
		data, err := fs.ReadFile(locales.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, m := range line.FindAllSubmatch(data, -1) {
			keys = append(keys, string(m[1]))
		}
		var raw map[string]any
		if err := json.Unmarshal(data, &raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(keys) != len(raw) {
			t.Errorf("%s: %d keys, of which %d begin a line after two blanks", name, len(raw), len(keys))
		}
		for i := 1; i < len(keys); i++ {
			if keys[i-1] >= keys[i] {
				t.Errorf("%s: %s stands before %s", name, keys[i-1], keys[i])
			}
		}
		if !bytes.HasSuffix(data, []byte("}\n")) {
			t.Errorf("%s does not end in one newline", name)
		}
	}
}

// An area is the same file in every language.
func TestEveryLanguageHasTheSameAreas(t *testing.T) {
	areas := map[string][]string{}
	files, err := fs.Glob(locales.Files, "*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		areas[path.Dir(name)] = append(areas[path.Dir(name)], path.Base(name))
	}
	for _, tag := range lang.Interface {
		if !slices.Equal(areas[string(tag)], areas["en"]) {
			t.Errorf("%s has %v, English has %v", tag, areas[string(tag)], areas["en"])
		}
	}
}
