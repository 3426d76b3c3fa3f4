package mesosjson

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrTooLarge says that the input has more than MaxBytes bytes.
	ErrTooLarge = errors.New("JSON too large")
	// ErrTooDeep says that a message to be written nests deeper than 200 levels, perhaps because it
	// contains itself. Input that deep is a SyntaxError.
	ErrTooDeep = errors.New("message nests too deeply for JSON")
	// ErrNotANumber says that a message to be written holds a NaN, for which JSON has no number.
	ErrNotANumber = errors.New("NaN can't be written as JSON")
)

// A SyntaxError says that the input isn't JSON, in the master's words.
type SyntaxError struct {
	Text string
}

func (e *SyntaxError) Error() string { return e.Text }

// A ConversionError says that the input is JSON, but not the JSON of the message, in the master's words.
type ConversionError struct {
	Field string // name of the field as in the .proto file; empty for the message itself
	Text  string
}

func (e *ConversionError) Error() string { return e.Text }

// A RequiredError says that required fields are missing, in the master's words.
type RequiredError struct {
	// Fields are paths like "accept.operations[0].reserve.resources[1].type". With more than 1000 missing
	// they are only some of those, by their last names.
	Fields []string
}

func (e *RequiredError) Error() string {
	return "Missing required fields: " + strings.Join(e.Fields, ", ")
}

// Refusal is the text of the 400 with which a master answers a body that Unmarshal refused with err, or
// UnmarshalArray; message names what was expected, for example "Call".
func Refusal(err error, message string) string {
	var syntax *SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, ErrTooLarge) {
		return "Failed to parse body into JSON: " + err.Error()
	}
	return "Failed to convert JSON into " + message + " protobuf: " + err.Error()
}

// words are an error in the master's own.
type words string

func (w words) Error() string { return string(w) }

func refuse(f *field, format string, args ...any) error {
	return &ConversionError{Field: f.name, Text: fmt.Sprintf(format, args...)}
}
