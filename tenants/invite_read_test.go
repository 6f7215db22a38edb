package tenants_test

import (
	"reflect"
	"strings"
	"testing"

	"parley/tenants"
)

func TestReadAddresses(t *testing.T) {
	for text, want := range map[string][]tenants.InviteInput{
		"":            nil,
		"a@x.example": {{Email: "a@x.example"}},
		"a@x.example, b@y.example;c@z.example\nd@w.example":          {{Email: "a@x.example"}, {Email: "b@y.example"}, {Email: "c@z.example"}, {Email: "d@w.example"}},
		"Amara Okafor <a@x.example>; \"Rivas, Mateo\" <m@x.example>": {{Email: "a@x.example", Name: "Amara Okafor"}, {Email: "m@x.example", Name: "Rivas, Mateo"}},
		"a@x.example b@y.example":                                    {{Email: "a@x.example"}, {Email: "b@y.example"}},
		"nonsense\na@x.example\r\n\r\n":                              {{Email: "nonsense"}, {Email: "a@x.example"}},
	} {
		got, err := tenants.ReadAddresses(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	if _, err := tenants.ReadAddresses(strings.Repeat("a@x.example ", 1001)); tenants.KeyOf(err) != tenants.KeyInvitesMany {
		t.Errorf("1001 addresses: %v", err)
	}
}

func TestReadPeopleCSV(t *testing.T) {
	one := []tenants.InviteInput{{Email: "a@x.example", Name: "Amara, O.", Role: "admin"}}
	for text, want := range map[string][]tenants.InviteInput{
		"email,name,role\na@x.example,\"Amara, O.\",Admin\n":            one,
		"\ufeffRole;E-mail;Name\r\nadmin;a@x.example;Amara, O.\r\n;;\n": one,
		"a@x.example\tAmara, O.\tadmin":                                 one,
		"Name,Email,Shoe size\nAl,al@x.example,44":                      {{Email: "al@x.example", Name: "Al"}},
	} {
		got, err := tenants.ReadPeopleCSV([]byte(text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{"": tenants.KeyCSVText, "\xff\xfe": tenants.KeyCSVText, "name,age\nAl,4": tenants.KeyCSVColumns} {
		if _, err := tenants.ReadPeopleCSV([]byte(text)); tenants.Fields(err)["file"] != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzReadPeople(f *testing.F) {
	f.Add("email,name,role\na@x.example,\"Amara, O.\",admin\n")
	f.Add("Amara <a@x.example>; b@y.example")
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = tenants.ReadAddresses(text)
		people, err := tenants.ReadPeopleCSV([]byte(text))
		if err == nil && len(people) > tenants.InvitesMax {
			t.Fatalf("%d people", len(people))
		}
	})
}
