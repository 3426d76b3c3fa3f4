package main

import (
	"fmt"
	"io"

	"github.com/stateful-mesos/moor/sdk/resource"
)

// volumesDestroy is moor volumes destroy.
type volumesDestroy struct {
	clientFlags
	waitFlags
	volumeFlags
	ID  string `arg:"" help:"Persistence id of the volume."`
	Yes bool   `help:"Do it. Without this the command only says what it would destroy."`
}

// Run destroys a volume.
func (c *volumesDestroy) Run(env *environment) error {
	return c.with(env, func(v *view) error {
		found, err := v.oneVolume(c.volumeFlags, c.ID)
		if err != nil {
			return err
		}
		shown := v.volume(found)
		if found.InUse {
			return fmt.Errorf("%s is in use by %s: end that first; nothing was changed", printable(shown.String()), printable(shown.users()))
		}
		if !c.Yes {
			return unconfirmed(c.print(env, volumeChange{"destroy", false, false, shown}, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "would destroy %s, with all data in it\n", printable(shown.String()))
				return err
			}))
		}
		change, err := v.DestroyVolumes(env, found.AgentID, resource.Set{found.Resource})
		if err != nil {
			return err
		}
		done, err := c.done(env, change)
		if err != nil {
			return err
		}
		return c.print(env, volumeChange{"destroy", true, done, shown}, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%s %s\n", participle("destroyed", done), printable(shown.String()))
			return err
		})
	})
}

// unconfirmed is the error of a command that has only said what it would do.
func unconfirmed(err error) error {
	if err != nil {
		return err
	}
	return errUnconfirmed
}
