package machine_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/portuguese"
)

// readable is the test's output, to which nobody writes the form in which a text is kept.
type readable struct{ *testing.T }

func (r readable) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(`\u001`)) {
		r.Errorf("the log shows what is kept of a text: %s", line)
	}
	return r.Output().Write(line)
}

func TestWhyAMachineDoesNotStartIsSaidInPortuguese(t *testing.T) {
	t.Parallel()
	pt, err := portuguese.Language()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	lock, err := sqlite.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	_, locked := sqlite.Lock(dir)
	for _, c := range []struct {
		err  error
		want string
	}{
		{locked, "bloqueio de " + dir + ": outro `carimbo serve` usa esta pasta de dados: pare-o ou use outro --data"},
		{errors.Join(sqlite.ErrGone, io.EOF), "a pasta de dados não é a que foi aberta: ela foi apagada, movida ou trocada\nEOF"},
		{intake.Limits{Connections: 2, Bodies: 2}.Validate(), "2 corpos em andamento em 2 conexões: é preciso pelo menos um corpo, e mais conexões que corpos"},
	} {
		if got := words.Of(c.err).In(pt); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
