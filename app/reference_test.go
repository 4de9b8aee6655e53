package app_test

import (
	"os"
	"testing"

	"karvan/app"
)

func TestTheConfigurationPageIsTrue(t *testing.T) {
	const page = "../docs/operate/configuration.md"
	if *update {
		if err := os.WriteFile(page, []byte(app.Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != app.Reference() {
		t.Errorf("%s differs from the Config struct; run with -update", page)
	}
}

func TestASettingComesFromTheStrongestPlace(t *testing.T) {
	file := t.TempDir() + "/karvan.conf"
	if err := os.WriteFile(file, []byte("# a comment\nname = From the file\nlisten = :1\nmax-form = 10\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"KARVAN_LISTEN": ":2", "KARVAN_MAX_FORM": "20"}[name]
		return v, ok
	}
	c, err := app.LoadConfig(file, env, map[string]string{"max-form": "30"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "From the file" || c.Listen != ":2" || c.Form != 30 || c.Upload != 20_000_000 || c.BaseURL != "http://127.0.0.1:2" {
		t.Errorf("%+v", c)
	}
}

func TestBadSettingsAreNamed(t *testing.T) {
	for name, flags := range map[string]map[string]string{
		"an unknown setting":       {"lissten": ":1"},
		"a number that is none":    {"max-form": "many"},
		"a base URL with a path":   {"base-url": "https://a.example/x"},
		"a base URL without https": {"base-url": "ftp://a.example"},
		"a network that is none":   {"proxies": "everybody"},
		"a form of log":            {"log-format": "xml"},
	} {
		if _, err := app.LoadConfig("", func(string) (string, bool) { return "", false }, flags); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
