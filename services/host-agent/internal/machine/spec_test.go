package machine

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func valid() map[string]any {
	object := map[string]any{"bucket": "b", "key": "k", "sha256": strings.Repeat("a", 64)}
	return map[string]any{
		"schemaVersion": 1, "cloud": "aws", "region": "eu-west-1", "service": "user-api", "environmentName": "prod",
		"profile": "service", "hostAgent": object,
		"artifact":  map[string]any{"bucket": "b", "key": "k", "sha256": strings.Repeat("b", 64), "kind": "binary"},
		"command":   []string{"./program"},
		"variables": map[string]string{"PORT": "3000"},
		"secrets":   []map[string]string{{"variable": "APP_JWT_SECRET", "id": "arn", "version": "v"}},
		"port":      3000, "health": map[string]any{"path": "/healthz", "expectedStatus": 204},
		"drainSeconds": 30, "logs": map[string]string{"logGroup": "g"},
	}
}

func parse(t *testing.T, change func(map[string]any)) (Spec, error) {
	t.Helper()
	spec := valid()
	change(spec)
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	return Parse(text)
}

func TestParseAcceptsTheContract(t *testing.T) {
	spec, err := parse(t, func(map[string]any) {})
	if err != nil {
		t.Fatal(err)
	}
	if spec.Artifact.SHA256 != strings.Repeat("b", 64) || spec.Artifact.Kind != "binary" || spec.Secrets[0].Version != "v" {
		t.Errorf("read as %+v", spec)
	}
}

func TestParseRefuses(t *testing.T) {
	set := func(name string, value any) func(map[string]any) {
		return func(spec map[string]any) { spec[name] = value }
	}
	for name, test := range map[string]struct {
		change func(map[string]any)
		word   string
	}{
		"another version":       {set("schemaVersion", 2), "schemaVersion is 2"},
		"a version as text":     {set("schemaVersion", "1"), "schemaVersion"},
		"no version":            {func(spec map[string]any) { delete(spec, "schemaVersion") }, "schemaVersion"},
		"a version, then more":  {func(spec map[string]any) { spec["schemaVersion"] = 2; spec["fleet"] = 1 }, "schemaVersion is 2"},
		"an unknown field":      {set("fleet", 1), "fleet"},
		"a path as service":     {set("service", "../x"), "service"},
		"root as service":       {set("service", "root"), "service"},
		"the agent as service":  {set("service", "sandpiper-agent"), "service"},
		"a profile of its own":  {set("profile", "root"), "profile"},
		"a program elsewhere":   {set("command", []string{"/bin/sh"}), "command[0]"},
		"an empty command":      {set("command", []string{}), "command"},
		"a privileged port":     {set("port", 80), "port"},
		"another cloud":         {set("cloud", "azure"), "cloud"},
		"gcp without project":   {set("cloud", "gcp"), "secrets.id"},
		"a variable of 2 lines": {set("variables", map[string]string{"A": "b\nUser=root"}), "variables.A"},
		"a name that is none":   {set("variables", map[string]string{"A=B": "c"}), "variables"},
		"a name used twice":     {set("variables", map[string]string{"APP_JWT_SECRET": "c"}), "twice"},
		"bridge on the port":    {set("health", map[string]any{"path": "/h", "expectedStatus": 204, "bridgePort": 3000}), "bridgePort"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(t, test.change)
			if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), test.word) {
				t.Errorf("says %v, want a refusal that names %q", err, test.word)
			}
		})
	}
}

func TestParseRefusesAProgramOutsideItsArchive(t *testing.T) {
	for _, program := range []string{"../x", "/bin/sh", "a/../../x", ".", ""} {
		_, err := parse(t, func(spec map[string]any) {
			spec["artifact"].(map[string]any)["kind"] = "archive"
			spec["command"] = []string{program}
		})
		if !errors.Is(err, ErrRefused) {
			t.Errorf("%q: %v", program, err)
		}
	}
}

// The clouds' modules write the examples (__tests__/contracts/machine-spec.test.ts), so both languages hold to the same files.
func TestEveryExampleOfTheContractIsReadWhole(t *testing.T) {
	files, err := filepath.Glob("../../../../contracts/examples/machine-spec.*.json")
	if err != nil || len(files) < 4 {
		t.Fatalf("found %d examples: %v", len(files), err)
	}
	written := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		spec, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		again, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		before, after := decoded(t, text), decoded(t, again)
		if !reflect.DeepEqual(before, after) {
			t.Errorf("%s\nholds    %v\nis read as %v", file, before, after)
		}
		collect(before, written)
	}
	for _, name := range fields(reflect.TypeFor[Spec]()) {
		if !written[name] {
			t.Errorf("no example has the field %q", name)
		}
	}
}

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// collect notes the names of all members.
func collect(value any, names map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			names[name] = true
			collect(member, names)
		}
	case []any:
		for _, member := range value {
			collect(member, names)
		}
	}
}

func fields(of reflect.Type) []string {
	var names []string
	for i := range of.NumField() {
		field := of.Field(i)
		if !field.Anonymous {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			names = append(names, name)
		}
		inner := field.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			names = append(names, fields(inner)...)
		}
	}
	return names
}
