package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// callGraph maps every function of the product, "folder.Name", to what it calls by such names, as far as the source says it without types:
// its own folder's functions and methods of its receiver, another folder's functions, and the services that the server holds.
type callGraph map[string]map[string]bool

// services are the fields of the server by which it reaches what else writes the operators' log.
var services = map[string]string{"tenants": "tenants", "billing": "billing", "ads": "ads", "Org": "tenants"}

func (c callGraph) read(t *testing.T, folder string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	must(t, err)
	in := filepath.Base(folder)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		must(t, err)
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			own, receiver := in+"."+fn.Name.Name, ""
			if fn.Recv != nil && len(fn.Recv.List[0].Names) > 0 {
				receiver = fn.Recv.List[0].Names[0].Name
			}
			if c[own] == nil {
				c[own] = map[string]bool{}
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					c[own][called(call.Fun, in, receiver)] = true
				}
				return true
			})
		}
	}
}

func called(fun ast.Expr, in, receiver string) string {
	switch f := fun.(type) {
	case *ast.Ident:
		return in + "." + f.Name
	case *ast.SelectorExpr:
		switch on := f.X.(type) {
		case *ast.Ident: // s.method, or tenants.Function
			if on.Name == receiver {
				return in + "." + f.Sel.Name
			}
			return on.Name + "." + f.Sel.Name
		case *ast.SelectorExpr: // s.tenants.Method
			return services[on.Sel.Name] + "." + f.Sel.Name
		case *ast.CallExpr: // s.tenants.Org(id).Method
			if by, ok := on.Fun.(*ast.SelectorExpr); ok {
				return services[by.Sel.Name] + "." + f.Sel.Name
			}
		}
	}
	return ""
}

// reach says whether a function comes to another one, itself or by what it calls.
func (c callGraph) reach(from, to string, seen map[string]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	for next := range c[from] {
		if c.reach(next, to, seen) {
			return true
		}
	}
	return false
}

// Whatever an operator does in the console goes through something that writes the operators' log.
func TestEveryActOfAnOperatorIsLogged(t *testing.T) {
	all := callGraph{}
	here, err := filepath.Abs(".")
	must(t, err)
	for _, folder := range []string{here, "../tenants", "../billing", "../billing/ads"} {
		all.read(t, folder)
	}
	logs := func(handler string) bool {
		return all.reach("app."+handler, "tenants.RecordOperator", map[string]bool{})
	}
	found := 0
	for _, file := range []string{"campaigns.go", "op_routes.go", "operator_routes.go"} {
		text, err := os.ReadFile(file)
		must(t, err)
		for _, route := range regexp.MustCompile(`op\.(?:Post|Put|Patch|Delete)\("([^"]+)".*s\.(\w+)(?:\(\w*\))?\)`).FindAllStringSubmatch(string(text), -1) {
			found++
			if !logs(route[2]) {
				t.Errorf("POST /operator%s (%s) writes nothing to the operators' log", route[1], route[2])
			}
		}
	}
	if found < 28 {
		t.Errorf("%d ways to act were found; has the form of the routes changed?", found)
	}
	if logs("operatorOverview") {
		t.Error("looking at the first page seems to write to the log: this test sees nothing any more")
	}
}
