package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // PocketBase's own tables
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench-pocketbase:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("bench-pocketbase", flag.ContinueOnError)
	world := f.String("world", "", "records to serve, as JSON Lines")
	data := f.String("data", "", "folder for the data")
	wishes := f.String("wishes", "", "what the readers want, as JSON Lines")
	paths := f.String("paths", "", "file for the addresses that answer the wishes")
	if err := f.Parse(args); err != nil {
		return err
	}
	if err := translate(*wishes, *paths); err != nil {
		return err
	}
	app, err := open(*data)
	if err != nil {
		return err
	}
	began := time.Now()
	n, err := load(app, *world)
	if err != nil {
		return err
	}
	took := time.Since(began)
	if err := app.ResetBootstrapState(); err != nil { // start again, as after a restart
		return err
	}
	debug.FreeOSMemory()
	began = time.Now()
	if app, err = open(*data); err != nil {
		return err
	}
	return serve(ctx, app, func(url string) {
		_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"name": "PocketBase " + moduleVersion(), "url": url,
			"open_seconds": time.Since(began).Seconds(), "import_seconds": took.Seconds(), "records": n})
	})
}

// open opens PocketBase's data as its own command does.
func open(data string) (core.App, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: data})
	if err := app.Bootstrap(); err != nil {
		return nil, err
	}
	return app, app.RunAllMigrations()
}

func serve(ctx context.Context, app core.App, ready func(url string)) error {
	router, err := apis.NewRouter(app)
	if err != nil {
		return err
	}
	mux, err := router.BuildMux()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: newMeter(mux), ReadHeaderTimeout: time.Minute}
	go func() {
		<-ctx.Done()
		_ = server.Close() // the readers are done
	}()
	ready("http://" + listener.Addr().String())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return app.ResetBootstrapState()
}

// moduleVersion is the version of PocketBase inside.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "github.com/pocketbase/pocketbase" {
				return dep.Version
			}
		}
	}
	return ""
}

// lines calls f with every line of a file.
func lines(path string, f func([]byte) error) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	s := bufio.NewScanner(in)
	s.Buffer(nil, 8<<20)
	for s.Scan() {
		if err := f(s.Bytes()); err != nil {
			return err
		}
	}
	return s.Err()
}
