package mesosjson

import (
	"reflect"
	"strconv"
	"strings"
)

// A fieldReader reads one member of an object into one field of a message.
type fieldReader struct {
	*decoder
	field   *field
	message reflect.Value // the struct; unused while a map's key or value is read
	set     bool
	missing []absence
	entries int            // of a map, so far
	into    *reflect.Value // of a map: where the key or the value goes
}

// read reads the value at into the field. An array is read element by element, and an element that is itself
// an array in the same way.
func (r *fieldReader) read(at uint32) error {
	n := &r.nodes[at]
	switch n.kind {
	case null:
		return nil
	case array:
		if !r.field.repeated {
			return refuse(r.field, "Not expecting a JSON array for field '%s'", r.field.name)
		}
		for i := at + 1; i < n.end; i = r.nodes[i].end {
			if err := r.read(i); err != nil {
				return err
			}
		}
		return nil
	case object:
		return r.object(at)
	case text:
		return r.text(n)
	}
	return r.scalar(n)
}

func (r *fieldReader) object(at uint32) error {
	f := r.field
	switch {
	case f.key != nil:
		return r.entriesOf(at)
	case f.message == nil:
		return refuse(f, "Not expecting a JSON object for field '%s'", f.name)
	}
	m := reflect.New(f.message.message)
	missing, err := r.decoder.message(at, f.message, m.Elem())
	if err != nil {
		return err
	}
	index := r.put(m.Elem())
	r.lacks(missing, index)
	return nil
}

// lacks notes what is missing inside the field's element of that index; -1: it isn't repeated.
func (r *fieldReader) lacks(paths []string, index int) {
	name := r.field.name + "."
	if index >= 0 {
		name = r.field.name + "[" + strconv.Itoa(index) + "]."
	}
	for _, path := range paths {
		r.missing = append(r.missing, absence{r.field.number, name + path})
	}
}

// entriesOf reads the object at as entries of a map.
func (r *fieldReader) entriesOf(at uint32) error {
	f := r.field
	v := r.message.Field(f.index)
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for _, mb := range r.members(at) {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if value.Kind() == reflect.Pointer {
			value.Set(reflect.New(value.Type().Elem()))
		}
		k := fieldReader{decoder: r.decoder, field: f.key, into: &key}
		if err := k.textValue(strings.Clone(mb.key)); err != nil {
			return err
		}
		e := fieldReader{decoder: r.decoder, field: f.value, into: &value}
		if err := e.read(mb.value); err != nil {
			return err
		}
		for _, a := range e.missing {
			r.lacks([]string{a.path}, r.entries)
		}
		if !e.set && f.value.message != nil {
			for _, path := range f.value.message.absent(0) {
				r.lacks([]string{"value." + path}, r.entries)
			}
		}
		r.entries++
		v.SetMapIndex(key, value)
	}
	return nil
}

// put stores a value, for a repeated field as one more element, whose index it returns; else -1.
func (r *fieldReader) put(v reflect.Value) int {
	r.set = true
	f := r.field
	if r.into != nil {
		assign(*r.into, v)
		return -1
	}
	to := r.message.Field(f.index)
	switch {
	case f.wrapper != nil:
		w := reflect.New(f.wrapper)
		assign(w.Elem().Field(0), v)
		to.Set(w)
	case f.repeated:
		e := reflect.New(to.Type().Elem()).Elem()
		assign(e, v)
		to.Set(reflect.Append(to, e))
		return to.Len() - 1
	default:
		assign(to, v)
	}
	return -1
}

// assign stores v in to, which is a pointer to such a value or such a value, perhaps of a named type.
func assign(to, v reflect.Value) {
	if to.Kind() == reflect.Pointer {
		p := reflect.New(to.Type().Elem())
		p.Elem().Set(v.Convert(p.Elem().Type()))
		to.Set(p)
		return
	}
	to.Set(v.Convert(to.Type()))
}
