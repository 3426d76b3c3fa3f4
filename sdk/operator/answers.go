package operator

import (
	"net/http"
	"strings"

	"github.com/stateful-mesos/moor/sdk/internal/wire"
)

// A row says what one answer means. The first row that fits counts.
type row struct {
	code   int
	text   string // what the text holds; "": anything
	kind   error
	advice string
}

const (
	lookAtAgents = "look at which agents are registered: one that is unreachable, gone or not back since a change of masters isn't"
	ownPrincipal = "give the reservation or volume the principal that the client authenticates as"
	notOperator  = "the address is not a master's operator API; check Config.Masters, and look for a proxy"
	laterOrOther = "try again later"
)

// answers has one row for each refusal that a master is known to make (semantics 7.1, 7.2, 8.3).
var answers = []row{
	{400, "No agent found with specified ID", ErrNoAgent, lookAtAgents},
	{400, "Unknown agent", ErrNoAgent, lookAtAgents},
	{400, "No framework found with", ErrNoFramework, "look at which frameworks are registered"},
	{400, "attempted by authenticated principal", ErrPrincipal, ownPrincipal},
	{400, "attempted by principal", ErrPrincipal, ownPrincipal},
	{400, "Persistent volumes not found", ErrNoVolume, "name the volume exactly as the agent has it, reservations included"},
	{400, "Persistent volumes in use", ErrInUse, "end the tasks that use it first"},
	{400, "is not unique", ErrExists, "choose another persistence id, or use the volume that is there"},
	{400, "Please destroy the persistent volume first", ErrInUse, "destroy the volume first"},
	{400, "Agent is not deactivated", ErrAgentState, "there is nothing to reactivate"},
	{400, "Agent is still in the DRAINING state", ErrAgentState, "wait until it is DRAINED"},
	{400, "is part of a maintenance schedule", ErrAgentState, "take the machine out of the schedule, or use maintenance in place of draining"},
	{400, "is not capable of draining", ErrAgentState, "update the agent, or use maintenance in place of draining"},
	{400, "", ErrRefused, "the text says what is wrong with the call"},
	{401, "", ErrUnauthorized, "check Config.Principal and its secret against the master's --credentials"},
	{403, "", ErrForbidden, "the master's ACLs do not let this principal do it; change them or the principal"},
	{404, "Agent '", ErrNoAgent, lookAtAgents},
	{404, "", ErrNotMaster, "the master is starting, or the address is not a master's"},
	{405, "", ErrNotMaster, notOperator},
	{406, "", ErrNotMaster, notOperator},
	{408, "", ErrUnavailable, laterOrOther},
	{409, "does not contain", ErrConflict, "it is in use by tasks, reserved otherwise, has a volume on it, or isn't there; look at the agent's resources"},
	{409, "", ErrAgentState, "look at the agent again"},
	{413, "", ErrRefused, "the call is too large; split it"},
	{415, "", ErrNotMaster, notOperator},
	{429, "", ErrUnavailable, laterOrOther},
	{501, "", ErrUnsupported, "the master is too old for this call"},
	{503, "No leader elected", ErrNotLeader, laterOrOther},
	{503, "is already being transitioned", ErrAgentState, "wait for it"},
	{503, "is being transitioned", ErrAgentState, "wait for it, then try again"},
}

// meaning looks an answer up. Codes without a row mean what their class does.
func meaning(code int, text string) row {
	for _, r := range answers {
		if r.code == code && strings.Contains(text, r.text) {
			return r
		}
	}
	switch {
	case code >= 500:
		return row{kind: ErrUnavailable, advice: laterOrOther}
	case code >= 400:
		return row{kind: ErrRefused, advice: "the text says what is wrong with the call"}
	default:
		return row{kind: ErrNotMaster, advice: notOperator}
	}
}

// refusal makes the error of an answer.
func refusal(call, agent string, reply wire.Reply) *Error {
	text := strings.ToValidUTF8(strings.TrimSpace(string(reply.Body)), "?")
	r := meaning(reply.Code, text)
	return &Error{Call: call, Agent: agent, Master: reply.Master, Code: reply.Code, Text: text, Kind: r.kind, Advice: r.advice}
}

// unclear says whether an answer is one of something before the master, which may have passed the call on.
func unclear(code int) bool {
	return code == http.StatusBadGateway || code == http.StatusGatewayTimeout || code < http.StatusMultipleChoices
}
