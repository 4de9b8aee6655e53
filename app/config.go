package app

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"karvan/matching/vectors/service"
)

// Config is everything an operator can set. A value comes from, in rising order
// of strength: the default, a line "name = value" of the configuration file, the
// environment variable KARVAN_NAME, the flag --name. The reference page
// docs/operate/configuration.md is generated from the tags of this struct.
type Config struct {
	Data      string `name:"data" default:"data" help:"Folder of the node's data: the SQLite file, attachments and the index snapshot."`
	Database  string `name:"database" default:"" help:"PostgreSQL URL (postgres://…). Empty: SQLite in the data folder."`
	Listen    string `name:"listen" default:"127.0.0.1:8080" help:"Address and port on which pages are served."`
	BaseURL   string `name:"base-url" default:"" help:"Where the world reaches the node, such as https://sti.example. Empty: http:// and the listen address. HTTPS here makes cookies secure."`
	Node      string `name:"node" default:"karvan.example" help:"Domain under which the node makes record identifiers. It cannot change once records exist."`
	Name      string `name:"name" default:"Karvan" help:"What the node calls itself on its pages."`
	Proxies   string `name:"proxies" default:"" help:"Networks of the proxies in front of the node, comma-separated CIDR, whose X-Forwarded-For is believed."`
	Upload    int64  `name:"max-upload" default:"20000000" help:"Largest attachment, in bytes."`
	Form      int64  `name:"max-form" default:"1000000" help:"Largest form, in bytes."`
	LogFormat string `name:"log-format" default:"text" help:"Form of the log on standard error: text or json."`
	LogLevel  string `name:"log-level" default:"info" help:"Least level that is logged: debug, info, warn or error."`
	Learn     bool   `name:"learn" default:"true" help:"Learn once a day, from public records that people translated, which words of two languages go together."`
	Demo      bool   `name:"demo" default:"false" help:"Say on every page that this is a demo world."`

	EmbeddingsURL   string `name:"embeddings-url" default:"" help:"Address of an OpenAI-compatible embedding service, such as http://127.0.0.1:8081/v1/embeddings. Public texts and words typed into the search are sent there. Empty: none, nothing is sent."`
	EmbeddingsModel string `name:"embeddings-model" default:"" help:"Name of the service's model. Another name means that every text is sent again."`
	EmbeddingsKey   string `name:"embeddings-key" default:"" help:"Key of the service, sent as a bearer token. Set it in the environment or the file; other users of the machine can read a command line."`
}

// Setting describes one field of [Config].
type Setting struct {
	Name, Env, Default, Help string
	field                    int
}

// Settings lists the fields of [Config] in order.
func Settings() []Setting {
	t := reflect.TypeFor[Config]()
	var all []Setting
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		name := tag.Get("name")
		all = append(all, Setting{Name: name, Env: "KARVAN_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")),
			Default: tag.Get("default"), Help: tag.Get("help"), field: i})
	}
	return all
}

// Set gives a setting a value from text.
func (c *Config) Set(name, value string) error {
	for _, s := range Settings() {
		if s.Name != name {
			continue
		}
		f := reflect.ValueOf(c).Elem().Field(s.field)
		switch f.Kind() {
		case reflect.String:
			f.SetString(value)
		case reflect.Int64:
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n <= 0 {
				return fmt.Errorf("%s: %q is not a number above zero", name, value)
			}
			f.SetInt(n)
		case reflect.Bool:
			b, err := strconv.ParseBool(value)
			if err != nil {
				return fmt.Errorf("%s: %q is neither true nor false", name, value)
			}
			f.SetBool(b)
		}
		return nil
	}
	return fmt.Errorf("no setting is called %q; see docs/operate/configuration.md", name)
}

// LoadConfig reads the configuration: defaults, then the file (which may be
// absent when file is ""), then the environment, then flags by name.
func LoadConfig(file string, env func(string) (string, bool), flags map[string]string) (Config, error) {
	var c Config
	for _, s := range Settings() {
		if err := c.Set(s.Name, s.Default); err != nil {
			return c, err
		}
	}
	if file != "" {
		if err := c.readFile(file); err != nil {
			return c, err
		}
	}
	for _, s := range Settings() {
		if v, ok := env(s.Env); ok {
			if err := c.Set(s.Name, v); err != nil {
				return c, fmt.Errorf("%s: %w", s.Env, err)
			}
		}
	}
	for name, v := range flags {
		if err := c.Set(name, v); err != nil {
			return c, fmt.Errorf("--%w", err)
		}
	}
	return c, c.check()
}

func (c *Config) readFile(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return fmt.Errorf("%s:%d: want name = value", file, n)
		}
		if err := c.Set(strings.TrimSpace(name), strings.TrimSpace(value)); err != nil {
			return fmt.Errorf("%s:%d: %w", file, n, err)
		}
	}
	return lines.Err()
}

func (c *Config) check() error {
	if c.BaseURL == "" {
		host := c.Listen
		if strings.HasPrefix(host, ":") {
			host = "127.0.0.1" + host
		}
		c.BaseURL = "http://" + host
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" {
		return fmt.Errorf("base-url: %q is not the address of a site", c.BaseURL)
	}
	switch c.LogFormat {
	case "text", "json":
	default:
		return fmt.Errorf("log-format: %q is neither text nor json", c.LogFormat)
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if c.EmbeddingsURL != "" {
		if err := service.Check(c.EmbeddingsURL); err != nil {
			return fmt.Errorf("embeddings-url: %w", err)
		}
		if c.EmbeddingsModel == "" {
			return errors.New("embeddings-model: the service at embeddings-url wants the name of a model")
		}
	}
	if c.Data == "" {
		return errors.New("data: a folder is needed")
	}
	return nil
}

func (c *Config) proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, s := range strings.Split(c.Proxies, ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("proxies: %q is not a network such as 10.0.0.0/8", s)
		}
		all = append(all, p)
	}
	return all, nil
}

// dsn is what db.Open wants.
func (c *Config) dsn() string {
	if c.Database != "" {
		return c.Database
	}
	return filepath.Join(c.Data, "karvan.db")
}

// ensureData makes the data folder.
func (c *Config) ensureData() error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
