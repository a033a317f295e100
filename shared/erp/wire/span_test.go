package wire_test

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/fold"
)

func TestAWaitIsReadWhole(t *testing.T) {
	t.Parallel()
	const none = 7 * time.Second
	for text, want := range map[string]time.Duration{
		"Tente novamente em 1800 segundos.":      30 * time.Minute,
		"Aguarde 1 minuto e 10 segundos":         70 * time.Second,
		"aguarde 29 minutos e 49 segundos":       29*time.Minute + 49*time.Second,
		"Aguarde 1 hora e 5 minutos":             65 * time.Minute,
		"aguarde 1 hora, 5 minutos e 3 segundos": 65*time.Minute + 3*time.Second,
		"Tente em 1.789,5 segundos":              1790 * time.Second,
		"Try again in 1,789.5 seconds":           1790 * time.Second,
		"Tente em 1789.52 segundos":              1790 * time.Second,
		"Tente em 1.789 segundos":                1789 * time.Second,
		"aguarde 0.500 segundos":                 time.Second,
		"aguarde 90 min":                         90 * time.Minute,
		"aguarde 1 h 30 min":                     90 * time.Minute,
		"aguarde 1h30min":                        90 * time.Minute,
		"aguarde 1h30":                           90 * time.Minute,
		"aguarde 1,5 hora":                       90 * time.Minute,
		"aguarde uma hora e meia":                90 * time.Minute,
		"volte em meia hora":                     30 * time.Minute,
		"retry in 2m30s":                         150 * time.Second,
		"retry after 45s":                        45 * time.Second,
		"retry after 45 secs.":                   45 * time.Second,
		"aguarde um minuto":                      time.Minute,
		"Bloqueada por 24 horas":                 2 * time.Hour,
		"aguarde 1 dia":                          2 * time.Hour,
		"aguarde 99999999999999999999999999999999999999999 segundos":        2 * time.Hour,
		"3 tentativas em 10 segundos; aguarde 30 minutos":                   30 * time.Minute,
		"240 requisições em 60 segundos; aguarde 30 minutos":                30 * time.Minute,
		"240 requisições em 60 segundos. Aguarde 30 minutos":                30 * time.Minute,
		"aguarde 30 minutos (limite de 240 requisições por 60 segundos)":    30 * time.Minute,
		"Limite de 1000 chamadas em 1 hora excedido, aguarde 30 segundos":   30 * time.Second,
		"aguarde 5 segundos entre chamadas; API bloqueada por 30 minutos":   30 * time.Minute,
		"A mesma chamada foi feita nos últimos 60 segundos. Aguarde 12 seg": 12 * time.Second,
		"tempo de espera: 10 minutos":                                       10 * time.Minute,
		"1 minuto, ou 10 minutos":                                           10 * time.Minute,
		"faltam 15 minutos":                                                 15 * time.Minute,
		"Rate limit exceeded, try again in 2 minutes":                       2 * time.Minute,
		"Tente novamente em 30 (trinta) minutos":                            30 * time.Minute,
		"Tente novamente em até 20 minutos":                                 20 * time.Minute,
		"Bloqueada por 30 minutos; faltam 1200 segundos":                    30 * time.Minute,
		"Retry in 1 minute and 10 seconds":                                  70 * time.Second,
		// No wait.
		"3 tentativas em 10 segundos":              none,
		"limite de 240 requisições por 1 minuto":   none,
		"há 5 minutos":                             none,
		"tente novamente às 15h":                   none,
		"tente novamente a partir das 15 horas":    none,
		"tente novamente às 14:30 h":               none,
		"aguarde 0 segundos":                       none,
		"aguarde":                                  none,
		"aguarde alguns minutos":                   none,
		"10 milhas, 3 modulos, 5 servicos, 4 hoje": none,
		"CÓDIGO A30S":                              none,
		"":                                         none,
	} {
		if got := wire.Wait(fold.Text(text), none, 2*time.Hour); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzAWaitHasItsBounds(f *testing.F) {
	for _, text := range []string{"aguarde 1 hora e 5 minutos", "1.789,5 s", "1h30", "uma hora e meia", ",;.,1,1.1 h", "9e9 segundos"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := wire.Wait(fold.Text(text), time.Second, time.Hour)
		if got < time.Second || got > time.Hour || got%time.Second != 0 {
			t.Errorf("%q: %s", text, got)
		}
		if more := wire.Wait(fold.Text(text)+"; aguarde 59 minutos", time.Second, time.Hour); more < 59*time.Minute {
			t.Errorf("%q and 59 minutes: %s", text, more)
		}
	})
}
