package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// benchOptions are the flags of `karvan bench`.
type benchOptions struct {
	records, readers, seconds int
	pace                      time.Duration
	seed                      uint64
	json                      bool
	keep, profiles            string
	peers                     []string
}

func (c *cli) bench() *cobra.Command {
	var opt benchOptions
	cmd := &cobra.Command{Use: "bench", Short: "Measure import, start, memory and pages with a world made for it", Args: cobra.NoArgs,
		Long: `Measure a node on this machine. A world of records is made in a temporary folder,
imported, opened and served by processes of their own over the loopback interface,
and read by many readers at once: first each as fast as it can, then at the pace of
people. docs/speed.md explains the figures.

A peer is a program to compare with. It is run with --world FILE --data DIR
--wishes FILE --paths FILE once Karvan is measured and stopped; bench/ has one.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.measure(cmd.Context(), opt) }}
	f := cmd.Flags()
	f.IntVar(&opt.records, "records", 100_000, "records to make")
	f.IntVar(&opt.readers, "readers", 50, "readers at once")
	f.IntVar(&opt.seconds, "seconds", 20, "how long each load lasts; the paced one lasts three times that")
	f.DurationVar(&opt.pace, "pace", 2*time.Second, "how often a paced reader asks for a page")
	f.Uint64Var(&opt.seed, "seed", 1, "seed of the world and of what is asked")
	f.BoolVar(&opt.json, "json", false, "print the figures as JSON")
	f.StringVar(&opt.keep, "keep", "", "folder in which world and data stay; a world that is there is used again")
	f.StringVar(&opt.profiles, "profiles", "", "folder for profiles of the processor, one a load")
	f.StringArrayVar(&opt.peers, "peer", nil, "program to compare with; may be given several times")
	cmd.AddCommand(c.benchServe(), c.benchMatching())
	return cmd
}

// measure makes the world and measures Karvan, then each peer, one at a time, so
// that none takes the others' processor or memory.
func (c *cli) measure(ctx context.Context, opt benchOptions) (err error) {
	if opt.records < 100 || opt.readers < 1 || opt.seconds < 1 || opt.pace <= 0 {
		return errors.New("bench: at least 100 records, 1 reader, 1 second and a pace above 0 are needed")
	}
	b := &bench{cli: c, opt: opt, dir: opt.keep}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.dir == "" {
		if b.dir, err = os.MkdirTemp("", "karvan-bench-*"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	if err := b.prepare(); err != nil {
		return err
	}
	b.report = benchReport{Records: opt.records, Readers: opt.readers, Seconds: opt.seconds, Pace: opt.pace.Seconds(), Processors: runtime.GOMAXPROCS(0),
		CPU: processor(), Version: version, Go: runtime.Version(), WorldBytes: fileSize(b.world())}
	if err := b.karvan(ctx); err != nil {
		return err
	}
	var failed error // what was measured before is worth printing all the same
	for i, peer := range opt.peers {
		if err := b.peer(ctx, i, peer); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", peer, err))
		}
	}
	if !opt.json {
		b.report.print(c.out)
		return failed
	}
	e := json.NewEncoder(c.out)
	e.SetIndent("", "  ")
	return errors.Join(failed, e.Encode(b.report))
}

// bench is one run.
type bench struct {
	cli       *cli
	opt       benchOptions
	self, dir string
	made      *benchWorld
	wishes    map[string][]wish
	paths     map[string][]string
	report    benchReport
}

func (b *bench) world() string { return filepath.Join(b.dir, "world.jsonl") }

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.cli.errs, "bench: "+format+"\n", args...)
}

// prepare makes the world, unless it is there from an earlier run, and what the
// readers ask for.
func (b *bench) prepare() (err error) {
	if b.made, err = newBenchWorld(b.opt.seed, time.Now(), b.opt.records); err != nil {
		return err
	}
	if fileSize(b.world()) == 0 {
		b.say("making %d records", b.opt.records)
		if err := b.made.write(b.world(), b.opt.records); err != nil {
			return err
		}
	}
	n := 4000 * max(5, b.opt.seconds) // more than can be asked, so that none comes twice
	b.wishes = b.made.wishes(n, b.opt.records)
	b.paths = b.made.paths(b.wishes, n)
	return nil
}

// karvan measures our own node.
func (b *bench) karvan(ctx context.Context) (err error) {
	data := filepath.Join(b.dir, "karvan")
	if err := os.RemoveAll(data); err != nil {
		return err
	}
	s := side{Name: "Karvan"}
	b.say("importing")
	cmd := exec.CommandContext(ctx, b.self, "import", b.world(), "--data", data, "--node", benchNode, "--log-level", "warn")
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("import: %w\n%s", err, out)
	}
	s.Import = time.Since(began).Seconds()
	s.ImportRate = float64(b.opt.records) / s.Import
	s.ImportPeak = peakOf(cmd)
	s.ImportCPU = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	s.DataBytes = fileSize(filepath.Join(data, "karvan.db"))
	args := []string{"bench", "serve", "--data", data, "--node", benchNode}
	if b.opt.profiles != "" {
		if err := os.MkdirAll(b.opt.profiles, 0o700); err != nil {
			return err
		}
		args = append(args, "--profiles", b.opt.profiles)
	}
	var node *child
	for i := range 3 {
		if node, err = b.start(ctx, "karvan", b.self, args...); err != nil {
			return err
		}
		s.Starts = append(s.Starts, node.hello.Open)
		if i < 2 {
			if err := node.stop(); err != nil {
				return err
			}
		}
	}
	defer func() { err = errors.Join(err, node.stop()) }()
	slices.Sort(s.Starts)
	s.Start = s.Starts[1]
	b.deepen(node.hello.URL)
	err = b.load(ctx, node, &s, b.paths)
	b.report.Sides = append(b.report.Sides, s)
	return err
}

// peer measures a program to compare with.
func (b *bench) peer(ctx context.Context, i int, program string) (err error) {
	data := filepath.Join(b.dir, "peer-"+strconv.Itoa(i))
	if err := os.RemoveAll(data); err != nil {
		return err
	}
	wishes, answers := filepath.Join(b.dir, "wishes.jsonl"), filepath.Join(b.dir, "paths.tsv")
	if err := writeWishes(wishes, b.wishes); err != nil {
		return err
	}
	b.say("starting %s", program)
	node, err := b.start(ctx, "peer", program, "--world", b.world(), "--data", data, "--wishes", wishes, "--paths", answers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, node.stop()) }()
	paths, err := readPaths(answers)
	if err != nil {
		return err
	}
	s := side{Name: node.hello.Name, Import: node.hello.Import, Start: node.hello.Open}
	if s.Import > 0 {
		s.ImportRate = float64(node.hello.Records) / s.Import
	}
	err = b.load(ctx, node, &s, paths)
	b.report.Sides = append(b.report.Sides, s)
	return err
}

// load lets the readers at a server: each load alone without a pace, then all
// together at the pace of people.
func (b *bench) load(ctx context.Context, node *child, s *side, paths map[string][]string) error {
	r := newReaders(node.hello.URL, b.opt.readers)
	defer r.client.CloseIdleConnections()
	var rest meterReading
	if err := node.ask(ctx, benchMeter, &rest); err != nil {
		return err
	}
	s.RSSStart = rest.RSS
	lasts := time.Duration(b.opt.seconds) * time.Second
	var mixed [][2]string
	for _, load := range benchLoads {
		list := paths[load]
		if len(list) == 0 {
			continue
		}
		b.say("%s: %s, %d readers without a pause", s.Name, load, b.opt.readers)
		half := len(list) / 2 // the first half is asked without a pace, the other with one
		if load == "repeat" {
			half = len(list)
		} else {
			for i := half; i < len(list); i++ {
				mixed = append(mixed, [2]string{load, list[i]})
			}
		}
		for i := range min(half, 40) {
			_, _ = r.get("", list[i]) // a fault will be counted in the load
		}
		row, err := b.one(ctx, node, func() map[string]seen {
			return r.run(ctx, lasts, 0, func(i int) (string, string) { return load, list[i%half] })
		}, load)
		if err != nil {
			return err
		}
		s.Closed = append(s.Closed, row...)
	}
	b.made.rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	b.say("%s: all loads, %d readers, a page every %s", s.Name, b.opt.readers, b.opt.pace)
	row, err := b.one(ctx, node, func() map[string]seen {
		return r.run(ctx, 3*lasts, b.opt.pace, func(i int) (string, string) { return mixed[i%len(mixed)][0], mixed[i%len(mixed)][1] })
	}, "paced")
	s.Paced = row
	return err
}

// one runs a load and reads the meter after it.
func (b *bench) one(ctx context.Context, node *child, run func() map[string]seen, name string) (rows []loadRow, err error) {
	var before, after meterReading
	if err := node.ask(ctx, benchMeter, &before); err != nil {
		return nil, err
	}
	if b.opt.profiles != "" {
		if err := node.ask(ctx, benchProfile+"?load="+name, nil); err != nil && node.name == "karvan" {
			return nil, err
		}
	}
	out := run()
	if b.opt.profiles != "" {
		_ = node.ask(ctx, benchProfile, nil) // a peer may keep no profiles
	}
	if err := node.ask(ctx, benchMeter, &after); err != nil {
		return nil, err
	}
	total := 0
	for _, s := range out {
		total += s.Requests
	}
	for _, load := range benchLoads {
		if s, ok := out[load]; ok {
			rows = append(rows, loadRow{Load: load, seen: s, Server: after.Loads[load], CPU: 1000 * (after.CPU - before.CPU) / float64(max(1, total)), RSS: after.RSS, Peak: after.Peak})
		}
	}
	return rows, ctx.Err()
}

// start starts a child and waits until it says that it is ready.
func (b *bench) start(ctx context.Context, name, program string, args ...string) (*child, error) {
	log, err := os.Create(filepath.Join(b.dir, name+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close() // the child has its own
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{name: name, stop: func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM) // Wait says how it ended
		kill := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		return cmd.Wait()
	}}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &c.hello)
	}
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		text, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("%s did not start: %w\n%s", name, err, text[max(0, len(text)-2000):])
	}
	return c, nil
}

func fileSize(path string) int64 {
	if info, err := os.Stat(path); err == nil {
		return info.Size()
	}
	return 0
}

// peakOf is the most resident memory of a process that ended.
func peakOf(cmd *exec.Cmd) int64 {
	u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin":
		return u.Maxrss
	}
	return u.Maxrss << 10
}

// processor names the processor, where the system tells.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
