// Package dynamo is the ledger of a stack: one DynamoDB table.
//
// Every write is one conditional UpdateItem, or one TransactWriteItems of two
// updates where a payload of newer contents comes or goes. Nothing is ever put
// whole or deleted, so a role that lacks dynamodb:PutItem and
// dynamodb:DeleteItem is enough, and with it no function can undo a dedup key.
//
// The actions, by resource:
//
//	the table         dynamodb:GetItem       Get, Lane, Note
//	                  dynamodb:UpdateItem    Write, Postpone, BlockLane, GotThrough, WriteNote
//	                  dynamodb:BatchGetItem  List, Pulse, Backlog (the command line's credentials alone)
//	its index/due     dynamodb:Query         Due (the sweep), Backlog (the command line's credentials)
//	its index/recent  dynamodb:Query         List, Tally, Pulse (the command line's credentials alone)
//
// So the workers need GetItem and UpdateItem on the table, and the sweep those
// and Query on index/due. A transaction needs no action of its own.
//
// Throttling and faults come back wrapped, after the retries of the client that
// was given: how many, and within which time, is for the main to say in its
// aws.Config (the SDK's own are 3 attempts, some 3 s against constant faults).
package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/carimbo/carimbo/shared/ledger"
)

// API is what a ledger uses of a *dynamodb.Client.
type API interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
}

// Options are what List alone needs; each zero field has a default.
type Options struct {
	// Connections names the connections whose entries a list without a connection
	// shows; none.
	Connections func() []string
	// Now is the clock; time.Now.
	Now func() time.Time
	// Most bounds the orders that a search for a code, a Tally or a Pulse goes through, the
	// newest; 50,000, which is some seconds and less than a cent.
	Most int
	// Since is the first month that a list looks into; November 2026, before which
	// no Carimbo received anything.
	Since time.Time
}

func (o Options) withDefaults() Options {
	if o.Connections == nil {
		o.Connections = func() []string { return nil }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Most == 0 {
		o.Most = 50_000
	}
	if o.Since.IsZero() {
		o.Since = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	}
	return o
}

// Ledger is a ledger.Ledger in a DynamoDB table.
type Ledger struct {
	client  API
	table   *string
	options Options
}

var _ ledger.Ledger = (*Ledger)(nil)

// New makes a ledger in a table as Table describes it.
func New(client API, table string, o Options) *Ledger {
	return &Ledger{client: client, table: aws.String(table), options: o.withDefaults()}
}

// get reads an item, strongly consistent; it is empty if there is none.
func (l *Ledger) get(ctx context.Context, key string) (item, error) {
	out, err := l.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: l.table, Key: keyOf(key), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// update writes what x says on its condition. It asks for the item that failed
// the condition.
func (l *Ledger) update(ctx context.Context, key string, x *expression) error {
	_, err := l.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: l.table, Key: keyOf(key),
		UpdateExpression: x.update(), ConditionExpression: x.condition,
		ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	return err
}
