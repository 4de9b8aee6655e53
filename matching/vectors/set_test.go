package vectors_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"karvan/matching/vectors"
	"karvan/matching/vectors/service"
)

// random is a vector of so many numbers.
func random(dice *rand.Rand, dims int) []float32 {
	numbers := make([]float32, dims)
	for i := range numbers {
		numbers[i] = float32(dice.NormFloat64())
	}
	return numbers
}

func quantised(t testing.TB, numbers []float32) vectors.Vector {
	t.Helper()
	v, err := vectors.Quantise(numbers)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

func TestSevenBitsKeepTheAngle(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 1))
	for _, dims := range []int{64, 384, 1536} {
		worst := 0.0
		for range 200 {
			a, b := random(dice, dims), random(dice, dims)
			for i := range b {
				b[i] += a[i] * float32(dice.Float64()) * 3
			}
			worst = max(worst, math.Abs(quantised(t, a).Dot(quantised(t, b))-cosine(a, b)))
		}
		if worst > 0.01 {
			t.Errorf("%d numbers: the cosine is off by %.4f", dims, worst)
		}
	}
}

func TestLengthDoesNotMatter(t *testing.T) {
	a := []float32{3, -4, 0, 1}
	for _, by := range []float32{1e-30, 1, 1e30} {
		b := slices.Clone(a)
		for i := range b {
			b[i] *= by
		}
		if got := quantised(t, a).Dot(quantised(t, b)); math.Abs(got-1) > 1e-12 {
			t.Errorf("%g times as long: %v", by, got)
		}
	}
}

func TestWhatHasNoDirectionIsRefused(t *testing.T) {
	for name, numbers := range map[string][]float32{
		"nothing":   nil,
		"zeros":     {0, 0, 0},
		"no number": {1, float32(math.NaN())},
		"infinity":  {1, float32(math.Inf(-1))},
		"too many":  make([]float32, 10_000),
	} {
		if v, err := vectors.Quantise(numbers); err == nil || v.Dims() != 0 {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{64, 65, 1, 127})
	f.Add([]byte{64, 64})
	f.Add([]byte{0})
	f.Add([]byte{128, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := vectors.Parse(b)
		if err != nil {
			good := len(b) > 0 && len(b) <= service.MaxDims && bytes.Count(b, []byte{64}) < len(b) && !slices.ContainsFunc(b, func(c byte) bool { return c == 0 || c > 127 })
			if good || v.Dims() != 0 {
				t.Errorf("%v: %v, %d numbers", b, err, v.Dims())
			}
			return
		}
		if v.Dims() != len(b) || !slices.Equal(v.Bytes(), b) || math.Abs(v.Dot(v)-1) > 1e-9 {
			t.Errorf("%v: %d numbers of length %v", b, v.Dims(), v.Dot(v))
		}
	})
}

// model is what a set should hold, searched in the plainest way.
type model map[string]vectors.Item

func (m model) nearest(v vectors.Vector, k int, keep func(string) bool) (hits []vectors.Hit) {
	for key, it := range m {
		if keep == nil || keep(key) {
			hits = append(hits, vectors.Hit{Key: key, Rev: it.Rev, Score: v.Dot(it.Vector)})
		}
	}
	slices.SortFunc(hits, func(a, b vectors.Hit) int {
		if a.Score != b.Score {
			if a.Score > b.Score {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Key, b.Key)
	})
	return hits[:min(k, len(hits))]
}

func TestTheNearestAreExactlyThoseOfAPlainSearch(t *testing.T) {
	for _, dims := range []int{1, 7, 8, 33, 100} {
		t.Run(fmt.Sprint(dims, " numbers"), func(t *testing.T) {
			dice := rand.New(rand.NewPCG(2, uint64(dims)))
			var set vectors.Set
			m := model{}
			for round := range 12 {
				var items []vectors.Item
				for range 700 {
					it := vectors.Item{Key: fmt.Sprint("k", dice.IntN(4000)), Rev: round*1000 + len(items), Vector: quantised(t, random(dice, dims))}
					items = append(items, it)
					m[it.Key] = it
				}
				if err := set.Put(items...); err != nil {
					t.Fatal(err)
				}
				var gone []string
				for range 300 {
					key := fmt.Sprint("k", dice.IntN(4000))
					gone = append(gone, key)
					delete(m, key)
				}
				set.Remove(gone...)
				if set.Len() != len(m) {
					t.Fatalf("%d vectors, want %d", set.Len(), len(m))
				}
				for _, keep := range []func(string) bool{nil, func(key string) bool { return strings.HasSuffix(key, "7") }, func(string) bool { return false }} {
					v := quantised(t, random(dice, dims))
					for _, k := range []int{1, 10, 5000} {
						got, crowd := set.Nearest(v, k, keep)
						if want := m.nearest(v, k, keep); !slices.Equal(got, want) {
							t.Fatalf("round %d: the nearest %d are others:\n%v\n%v", round, k, got[:min(3, len(got))], want[:min(3, len(want))])
						}
						if crowd.Vectors != len(m) || dims > 1 && (math.Abs(crowd.Median) > 0.3 || crowd.Spread <= 0) {
							t.Errorf("crowd %+v", crowd)
						}
					}
				}
			}
			if s := set.Size(); s.Dims != dims || s.Vectors != len(m) || s.Left != 0 {
				t.Errorf("%+v", s)
			}
			for key, it := range m {
				if v, ok := set.Get(key); !ok || !slices.Equal(v.Bytes(), it.Vector.Bytes()) {
					t.Fatalf("%s has another vector", key)
				}
			}
			all := make([]string, 0, len(m))
			for key := range m {
				all = append(all, key)
			}
			full := set.Size().Bytes
			set.Remove(all...)
			if hits, _ := set.Nearest(quantised(t, random(dice, dims)), 5, nil); len(hits) > 0 || set.Len() != 0 {
				t.Errorf("an empty set found %v", hits)
			}
			if left := set.Size().Bytes; left > full/2 {
				t.Errorf("empty, it takes %d bytes of %d", left, full)
			}
		})
	}
}

func TestASetTakesNoVectorOfAnotherLength(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 3))
	var set vectors.Set
	if hits, crowd := set.Nearest(quantised(t, random(dice, 8)), 3, nil); len(hits) > 0 || crowd.Vectors > 0 {
		t.Errorf("an empty set found %v", hits)
	}
	if err := set.Put(vectors.Item{Key: "a", Rev: 1, Vector: quantised(t, random(dice, 8))}); err != nil {
		t.Fatal(err)
	}
	err := set.Put(vectors.Item{Key: "b", Rev: 1, Vector: quantised(t, random(dice, 8))}, vectors.Item{Key: "c", Rev: 1, Vector: quantised(t, random(dice, 9))})
	if err == nil || set.Len() != 1 {
		t.Errorf("%d vectors, %v", set.Len(), err)
	}
	if err := set.Put(vectors.Item{Key: "d"}); err == nil {
		t.Error("a vector of nothing was taken")
	}
	if hits, _ := set.Nearest(quantised(t, random(dice, 9)), 3, nil); len(hits) > 0 {
		t.Errorf("a longer vector found %v", hits)
	}
}

func TestWhatStandsOutDoesSoHoweverManyDo(t *testing.T) {
	dice := rand.New(rand.NewPCG(8, 8))
	const dims, n = 64, 400
	asked := random(dice, dims)
	for _, near := range []int{0, 1, 20, 100} {
		var set vectors.Set
		var scores []float64
		for i := range n {
			numbers := random(dice, dims)
			for j := range numbers {
				if i < near {
					numbers[j] = asked[j] + numbers[j]/2
				}
			}
			v := quantised(t, numbers)
			scores = append(scores, v.Dot(quantised(t, asked)))
			if err := set.Put(vectors.Item{Key: fmt.Sprint(i), Rev: 1, Vector: v}); err != nil {
				t.Fatal(err)
			}
		}
		hits, crowd := set.Nearest(quantised(t, asked), n, nil)
		stand := 0
		for stand < n && crowd.Stands(hits[stand].Score) {
			stand++
		}
		if stand < near || stand > near+4 {
			t.Errorf("%d of %d are near, %d stand out of %+v", near, n, stand, crowd)
		}
		slices.Sort(scores)
		if math.Abs(crowd.Median-scores[n/2]) > 0.02 {
			t.Errorf("median %v, want %v", crowd.Median, scores[n/2])
		}
	}
}

func TestASetKeepsToItsBound(t *testing.T) {
	dice := rand.New(rand.NewPCG(4, 4))
	set := vectors.Set{Most: 1 << 20}
	for i := range 20_000 {
		if err := set.Put(vectors.Item{Key: fmt.Sprint("k", i), Rev: 1, Vector: quantised(t, random(dice, 64))}); err != nil {
			t.Fatal(err)
		}
	}
	s := set.Size()
	if s.Bytes > 2<<20 || s.Vectors == 0 || s.Left == 0 || s.Vectors+s.Left != 20_000 {
		t.Errorf("%+v", s)
	}
	if hits, _ := set.Nearest(quantised(t, random(dice, 64)), 5, nil); len(hits) != 5 {
		t.Errorf("found %d", len(hits))
	}
}

func TestReadersSeeWholeStatesWhileAWriterWrites(t *testing.T) {
	dice := rand.New(rand.NewPCG(5, 5))
	const dims, keys = 16, 1500
	var set vectors.Set
	// A vector of revision n points along axis n, so that a torn one shows.
	axis := func(n int) []float32 {
		v := make([]float32, dims)
		v[n%dims] = 1
		return v
	}
	var items []vectors.Item
	for i := range keys {
		items = append(items, vectors.Item{Key: fmt.Sprint("k", i), Rev: 0, Vector: quantised(t, axis(0))})
	}
	if err := set.Put(items...); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		wait.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				hits, crowd := set.Nearest(quantised(t, axis(n)), 20, nil)
				if crowd.Vectors != keys {
					t.Errorf("saw %d vectors", crowd.Vectors)
					return
				}
				for _, h := range hits {
					if want := float64(0); h.Rev%dims == n%dims {
						if want = 1; math.Abs(h.Score-want) > 1e-9 {
							t.Errorf("revision %d has score %v", h.Rev, h.Score)
						}
					}
				}
			}
		})
	}
	for rev := 1; rev <= 300; rev++ {
		var items []vectors.Item
		for range 50 {
			items = append(items, vectors.Item{Key: fmt.Sprint("k", dice.IntN(keys)), Rev: rev, Vector: quantised(t, axis(rev))})
		}
		if err := set.Put(items...); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	wait.Wait()
}

func BenchmarkNearest(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n, "x384"), func(b *testing.B) {
			dice := rand.New(rand.NewPCG(6, 6))
			var set vectors.Set
			numbers := random(dice, 384)
			for i := 0; i < n; i += 1000 {
				items := make([]vectors.Item, 1000)
				for j := range items {
					for range 40 {
						numbers[dice.IntN(384)] = float32(dice.NormFloat64())
					}
					items[j] = vectors.Item{Key: fmt.Sprintf("karvan.example/offer/%026d", i+j), Rev: 1, Vector: quantised(b, numbers)}
				}
				if err := set.Put(items...); err != nil {
					b.Fatal(err)
				}
			}
			v := quantised(b, numbers)
			b.ResetTimer()
			for range b.N {
				if hits, _ := set.Nearest(v, 50, nil); len(hits) != 50 {
					b.Fatal(len(hits))
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "vectors/s")
			b.ReportMetric(float64(set.Size().Bytes)/float64(n), "B/vector")
		})
	}
}

func BenchmarkPut(b *testing.B) {
	dice := rand.New(rand.NewPCG(7, 7))
	v := quantised(b, random(dice, 384))
	var set vectors.Set
	for i := 0; i < b.N; i += 64 {
		items := make([]vectors.Item, 64)
		for j := range items {
			items[j] = vectors.Item{Key: fmt.Sprintf("karvan.example/offer/%026d", i+j), Rev: 1, Vector: v}
		}
		if err := set.Put(items...); err != nil {
			b.Fatal(err)
		}
	}
}
