package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// The exit codes of [Main] that a scheduler may want to tell apart; 1 is every other failure.
const (
	ExitPort    = 69 // another process has the port: try again on another one
	ExitInUse   = 75 // [ErrInUse]: try again later
	ExitForeign = 78 // [ErrForeign] or [ErrNoVolume]: trying again doesn't help
)

// Main is the whole life of a node process: it takes its [Config] from the environment, ends cleanly on SIGTERM, and
// returns the code to exit with.
func Main() int {
	cfg, err := FromEnv(os.Getenv)
	if err == nil {
		cfg.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
		err = run(cfg)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, syscall.EADDRNOTAVAIL):
		return ExitPort
	case errors.Is(err, ErrInUse):
		return ExitInUse
	case errors.Is(err, ErrForeign), errors.Is(err, ErrNoVolume):
		return ExitForeign
	default:
		return 1
	}
}

func run(cfg Config) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	n, err := Open(cfg)
	if err != nil {
		return err
	}
	return n.Run(ctx)
}
