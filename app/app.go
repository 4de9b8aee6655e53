package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"karvan/announcements"
	"karvan/catalogue"
	"karvan/commitments"
	"karvan/internal/access"
	"karvan/internal/blob"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/journal"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/locales"
	"karvan/matching"
	"karvan/matching/vectors"
	"karvan/meetings"
	"karvan/parties"
	"karvan/people"
	"karvan/record"
	"karvan/site"
)

// Version is set when the program is built.
var Version = "development"

// App is a node: its database, records, index, pages and API.
type App struct {
	Config Config
	DB     *db.DB
	Book   *record.Book
	Index  *matching.Index
	Feed   *journal.Feed
	Files  *blob.Store
	Web    *web.Kit
	Site   *site.Site

	metrics *metrics
	vectors *vectors.Keeper // nil without an embedding service
	saving  sync.Mutex
	saved   atomic.Int64 // place in the journal of the snapshot on disk
	ready   sync.WaitGroup
}

// Kinds lists every kind of record, in the order in which pages and exports name
// them.
func Kinds() []*record.Kind {
	var all []*record.Kind
	all = append(all, parties.Kinds()...)
	all = append(all, announcements.Kinds()...)
	all = append(all, meetings.Kinds()...)
	all = append(all, commitments.Kinds()...)
	return append(all, catalogue.Kinds()...)
}

// OpenStore opens the node's database and files, and no more: for commands that
// need no index. Close it when done.
func OpenStore(ctx context.Context, c Config) (a *App, err error) {
	defer fault.Wrap(&err, "app.OpenStore")
	if err := c.ensureData(); err != nil {
		return nil, err
	}
	a = &App{Config: c, Book: record.NewBook(c.Node, Kinds()...), metrics: newMetrics()}
	if a.DB, err = db.Open(ctx, c.dsn()); err != nil {
		return nil, err
	}
	if a.Files, err = blob.Open(filepath.Join(c.Data, "files")); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	return a, nil
}

// Open opens the node's database and loads its lexicon and index. Close it when
// done.
func Open(ctx context.Context, c Config) (a *App, err error) {
	defer fault.Wrap(&err, "app.Open")
	if a, err = OpenStore(ctx, c); err != nil {
		return nil, err
	}
	store := a.DB
	defer func() {
		if err != nil {
			err = errors.Join(err, store.Close())
		}
	}()
	began := time.Now()
	words, err := a.Shelf().Load(ctx)
	if err != nil {
		return nil, err
	}
	slog.InfoContext(ctx, "lexicon ready", "labels", words.Size().Labels, "took", time.Since(began).Round(time.Millisecond))
	a.Index = matching.New(a.DB, a.Book, words)
	began = time.Now()
	loaded, err := a.Index.Load(ctx, a.snapshot(), nil)
	if err != nil {
		return nil, err
	}
	a.saved.Store(a.Index.Position())
	debug.FreeOSMemory() // loading leaves as much behind as it keeps
	slog.InfoContext(ctx, "index ready", "snapshot", loaded, "records", a.Index.Stats().Docs, "took", time.Since(began).Round(time.Millisecond))
	readers, err := a.consumers(ctx, a.Index.Consumer(), a.Index.Suggestions())
	if err != nil {
		return nil, err
	}
	a.Feed = journal.NewFeed(a.DB, readers...)
	return a, a.Feed.Flush(ctx)
}

func (a *App) snapshot() string { return filepath.Join(a.Config.Data, "index.snapshot") }

// Close saves the index when it moved on and closes the database.
func (a *App) Close() error {
	var err error
	if a.Index != nil && a.Index.Position() != a.saved.Load() {
		err = a.save()
	}
	return errors.Join(err, a.DB.Close())
}

func (a *App) save() error {
	a.saving.Lock()
	defer a.saving.Unlock()
	position := a.Index.Position()
	if err := a.Index.Save(a.snapshot()); err != nil {
		return err
	}
	a.saved.Store(position)
	return nil
}

// Handler builds the pages and the API.
func (a *App) Handler() (http.Handler, error) {
	catalogues, err := lang.Load(locales.Files)
	if err != nil {
		return nil, err
	}
	proxies, err := a.Config.proxies()
	if err != nil {
		return nil, err
	}
	node := site.Node{Name: a.Config.Name, BaseURL: a.Config.BaseURL, Demo: a.Config.Demo, Version: Version}
	a.Web, err = web.New(web.Config{
		Catalogues: catalogues, Templates: site.Templates, Static: site.Static, DB: a.DB, Actor: a.actor,
		Globals: func(*http.Request) any { return node }, BaseURL: a.Config.BaseURL, SignIn: "/sign-in",
		Proxies: proxies, Secure: strings.HasPrefix(a.Config.BaseURL, "https://"), Observer: a.metrics,
	})
	if err != nil {
		return nil, err
	}
	a.Site = site.New(site.Site{DB: a.DB, Book: a.Book, Index: a.Index, Feed: a.Feed, Files: a.Files, Shelf: a.Shelf(), Web: a.Web, Node: node,
		Now: a.DB.Now, Limits: site.Limits{Upload: a.Config.Upload, Form: a.Config.Form}})
	return a.routes()
}

// actor loads who a session belongs to.
func (a *App) actor(ctx context.Context, ticket string) (actor access.Actor, p web.Person, err error) {
	err = a.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := people.Holder(ctx, tx, ticket)
		if err != nil {
			return err
		}
		actor, p = found.Actor(), web.Person{Lang: string(found.Lang), Zone: found.Zone}
		return nil
	})
	return actor, p, err
}

// Serve answers requests until ctx ends, then finishes those under way. started,
// when given, hears the address once it listens.
func (a *App) Serve(ctx context.Context, started func(net.Addr)) error {
	handler, err := a.Handler()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", a.Config.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute,
		WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	if os.Getenv("GOGC") == "" {
		// The index is most of what lives here and hardly changes; half of it as
		// room for garbage is enough, and memory is what a small machine lacks.
		debug.SetGCPercent(50)
	}
	var background sync.WaitGroup
	work, stop := context.WithCancel(ctx)
	defer func() { stop(); background.Wait() }()
	for _, task := range []func(context.Context){a.followJournal, a.tick, a.saveNow, a.sweep, a.readVocabularies, a.learn, a.embed} {
		background.Go(func() { task(work) })
	}
	background.Go(func() {
		<-work.Done()
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		if err := server.Shutdown(late); err != nil {
			slog.Error("shutdown", "error", err)
		}
	})
	if started != nil {
		started(listener.Addr())
	}
	slog.InfoContext(ctx, "serving", "address", listener.Addr().String(), "url", a.Config.BaseURL)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (a *App) followJournal(ctx context.Context) {
	if err := a.Feed.Run(ctx, time.Second); err != nil {
		slog.ErrorContext(ctx, "journal", "error", err)
	}
}

// every calls f now and then until ctx ends.
func every(ctx context.Context, interval time.Duration, what string, f func() error) {
	t := time.NewTicker(interval)
	defer t.Stop()
	for {
		if err := f(); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, what, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// tick lets the clock publish what is due and expire what is over.
func (a *App) tick(ctx context.Context) {
	every(ctx, time.Second, "clock", func() error { return a.Tick(ctx) })
}

// Tick lets the clock act on everything that is due now. Several processes over
// one database take turns.
func (a *App) Tick(ctx context.Context) error {
	const most = 100
	for {
		var due bool
		err := a.DB.Read(ctx, func(tx *db.Tx) (err error) { due, err = a.Book.Due(ctx, tx); return err })
		if err != nil || !due {
			return err
		}
		var n int
		err = a.DB.Write(ctx, access.Clock, func(tx *db.Tx) (err error) {
			if err = tx.Lock(ctx, "clock"); err != nil {
				return err
			}
			n, err = a.Book.Tick(ctx, tx, most)
			return err
		})
		if err != nil || n < most {
			return err
		}
	}
}

func (a *App) saveNow(ctx context.Context) {
	every(ctx, 5*time.Minute, "index snapshot", func() error {
		if a.Index.Position() == a.saved.Load() {
			return nil
		}
		return a.save()
	})
}

func (a *App) sweep(ctx context.Context) {
	every(ctx, time.Hour, "sessions", func() error { _, err := a.Web.Sweep(ctx); return err })
}

// Logger makes the log that the configuration asks for.
func (c *Config) Logger() *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, opts))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, opts))
}
