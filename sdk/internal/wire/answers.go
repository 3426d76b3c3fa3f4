package wire

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// What an answer of a master says is wrong, for errors.Is on an [*AnswerError].
var (
	// ErrStaleStream: the call carried the stream id of a subscription that has ended.
	ErrStaleStream = errors.New("the stream is not the current one")
	// ErrUnknownFramework: the master doesn't know the framework; it was elected or restarted lately, or the framework is gone.
	ErrUnknownFramework = errors.New("the master does not know the framework")
	// ErrNotSubscribed: the master knows the framework, but not as subscribed.
	ErrNotSubscribed = errors.New("the framework is not subscribed")
	// ErrPrincipal: the principal of the credentials isn't the framework's.
	ErrPrincipal = errors.New("principals differ")
	// ErrUnauthorized: the master wants credentials, or other ones.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrForbidden: the credentials are right, but may not do this.
	ErrForbidden = errors.New("forbidden")
	// ErrRefused: the master found the call itself wrong.
	ErrRefused = errors.New("the master refused the call")
	// ErrNotLeader: this master redirects to another one, or nobody leads.
	ErrNotLeader = errors.New("not the leading master")
	// ErrUnavailable: the master can't answer now.
	ErrUnavailable = errors.New("the master is not available")
	// ErrNotMaster: what answered doesn't behave as the scheduler API of a master does.
	ErrNotMaster = errors.New("not a Mesos master")
)

// A Meaning says what follows from an answer.
type Meaning int

const (
	// Retry: the subscription is void or can't be had now; subscribe again.
	Retry Meaning = iota
	// Fatal: it will be the same next time; a person has to change something.
	Fatal
	// Drop: this one call is wrong, the subscription is not concerned.
	Drop
)

// A row of the table says what one answer means. The first row that fits counts.
type row struct {
	code      int
	text      string // what the body begins with; "": anything
	kind      error
	subscribe Meaning // if it answers SUBSCRIBE
	call      Meaning // if it answers any other call
	advice    string
}

// answers has one row for each refusal a master is known to make, in the order in which to look (semantics 1.1).
var answers = []row{
	{400, "The stream ID", ErrStaleStream, Retry, Retry, "a newer subscription has replaced this one; subscribing again"},
	{400, "All non-subscribe calls should include", ErrStaleStream, Retry, Retry, "something on the way removes the header Mesos-Stream-Id; look for a proxy"},
	{400, "Framework cannot be found", ErrUnknownFramework, Retry, Retry, "the master was elected or restarted lately; subscribing again"},
	{400, "Authenticated principal", ErrPrincipal, Fatal, Fatal, principalAdvice},
	{400, "Failed to validate scheduler::Call: Authenticated principal", ErrPrincipal, Fatal, Fatal, principalAdvice},
	{400, "", ErrRefused, Fatal, Drop, "the call is not valid; the text says which field"},
	{401, "", ErrUnauthorized, Fatal, Retry, "check Config.Principal and its secret against the master's --credentials"},
	{403, "Framework is not subscribed", ErrNotSubscribed, Retry, Retry, "the master was restarted lately; subscribing again"},
	{403, "Framework is not connected via HTTP", ErrNotSubscribed, Retry, Retry, "another scheduler took this id over by the old protocol; subscribing again"},
	{403, "", ErrForbidden, Fatal, Drop, "the master's ACLs do not let this principal do it; change them or the principal"},
	{404, "", ErrNotMaster, Retry, Retry, "the master is starting, or the address is not a master's"},
	{405, "", ErrNotMaster, Fatal, Drop, "the address is not a master's scheduler API; check Config.Masters"},
	{406, "", ErrNotMaster, Fatal, Drop, "the master does not speak the encoding; set or unset Config.JSON"},
	{408, "", ErrUnavailable, Retry, Retry, "trying again"},
	{415, "", ErrNotMaster, Fatal, Drop, "the master does not take the encoding; set or unset Config.JSON, and look for a proxy"},
	{429, "", ErrUnavailable, Retry, Retry, "the master or a proxy limits the rate of calls; trying again"},
	{501, "", ErrRefused, Fatal, Drop, "the master does not know this type of call"},
	{503, "No leader elected", ErrNotLeader, Retry, Retry, "no master leads; trying again"},
}

const principalAdvice = "Config.Principal and Config.Framework.Principal have to be the same, and can't change while the framework's id stays"

// meaning looks an answer up. Codes without a row mean what their class does.
func meaning(code int, text string, subscribe bool) (row, Meaning) {
	for _, r := range answers {
		if r.code == code && strings.HasPrefix(text, r.text) {
			if subscribe {
				return r, r.subscribe
			}
			return r, r.call
		}
	}
	switch {
	case code >= 500:
		return row{kind: ErrUnavailable, advice: "trying again"}, Retry
	case code >= 400 && !subscribe:
		return row{kind: ErrRefused, advice: "the master does not take this call"}, Drop
	case code == http.StatusTemporaryRedirect || code == http.StatusPermanentRedirect:
		return row{kind: ErrNotLeader, advice: "another master leads; subscribing there"}, Retry
	default:
		return row{kind: ErrNotMaster, advice: "check that Config.Masters lists masters, and look for a proxy"}, Retry
	}
}

// An AnswerError is an answer of a master other than success.
type AnswerError struct {
	Call   string // type of the call that was answered: "ACCEPT"
	Master string // who answered: "host:port"
	Code   int    // HTTP status
	Text   string // what the master said, shortened
	Kind   error  // one of the Err values of this package
	Advice string // what to do, or what is being done, about it

	meaning Meaning
}

// newAnswer makes the error for an answer whose body begins with text.
func newAnswer(call, master string, code int, text string) *AnswerError {
	r, m := meaning(code, text, call == subscribeName)
	return &AnswerError{Call: call, Master: master, Code: code, Text: printable(text), Kind: r.kind, Advice: r.advice, meaning: m}
}

// Error tells all of it.
func (e *AnswerError) Error() string {
	text := ""
	if e.Text != "" {
		text = fmt.Sprintf(" %q", e.Text)
	}
	return fmt.Sprintf("%s: master %s answered %d%s: %v; %s", e.Call, e.Master, e.Code, text, e.Kind, e.Advice)
}

// Unwrap is the kind of the answer.
func (e *AnswerError) Unwrap() error { return e.Kind }

// MeaningOf says what follows from an error of this package: for anything but an answer it is Retry, because
// a network that failed says nothing about tomorrow.
func MeaningOf(err error) Meaning {
	if answer, ok := errors.AsType[*AnswerError](err); ok {
		return answer.meaning
	}
	return Retry
}

// printable shortens a text of a master to what fits a log line.
func printable(text string) string {
	const most = 300
	text = strings.ToValidUTF8(strings.TrimSpace(text), "?")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}
