package dynamo

import (
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expression collects an update. Names stand behind placeholders throughout:
// `state`, `connection` and others are DynamoDB's own words.
type expression struct {
	names     map[string]string
	values    item
	sets      []string
	removes   []string
	condition *string
}

func newExpression() *expression { return &expression{names: map[string]string{}} }

// name is the placeholder of an attribute's name, value that of a value.
func (x *expression) name(attribute string) string {
	x.names["#"+attribute] = attribute
	return "#" + attribute
}

func (x *expression) value(name string, v types.AttributeValue) string {
	if x.values == nil {
		x.values = item{} // DynamoDB refuses an empty one
	}
	x.values[":"+name] = v
	return ":" + name
}

func (x *expression) set(attribute string, v types.AttributeValue) *expression {
	x.sets = append(x.sets, x.name(attribute)+" = "+x.value(attribute, v))
	return x
}

func (x *expression) remove(attribute string) *expression {
	x.removes = append(x.removes, x.name(attribute))
	return x
}

// setOrRemove sets a text, or removes an empty one.
func (x *expression) setOrRemove(attribute, value string) *expression {
	if value == "" {
		return x.remove(attribute)
	}
	return x.set(attribute, text(value))
}

// where sets the condition: words joined with spaces.
func (x *expression) where(words ...string) *expression {
	x.condition = aws.String(strings.Join(words, " "))
	return x
}

func (x *expression) update() *string {
	var clauses []string
	if len(x.sets) > 0 {
		clauses = append(clauses, "SET "+strings.Join(x.sets, ", "))
	}
	if len(x.removes) > 0 {
		clauses = append(clauses, "REMOVE "+strings.Join(x.removes, ", "))
	}
	return aws.String(strings.Join(clauses, " "))
}

// changes turns one item into the other. The due time is always written: a
// postponement may have moved it without a new rev.
func changes(from, to item) *expression {
	x := newExpression()
	for name, v := range to {
		if name != keyName && (name == dueName || !reflect.DeepEqual(v, from[name])) {
			x.set(name, v)
		}
	}
	for name := range from {
		if _, stays := to[name]; !stays && name != dueName {
			x.remove(name)
		}
	}
	if _, due := to[dueName]; !due {
		x.remove(dueName)
	}
	return x
}
