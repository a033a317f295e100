package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const (
	// TTLAttribute is the table's time-to-live attribute.
	TTLAttribute = expiresName

	dueIndex    = "due"
	recentIndex = "recent"
)

// Table describes the table that a ledger needs. A stack's is made by its
// template, which has to say the same.
//
// index/recent carries what a list is filtered by and no more: an entry is
// written some five times and listed hardly ever, and each attribute there that
// changes costs a second write.
func Table(name string) *dynamodb.CreateTableInput {
	attribute := func(name string, t types.ScalarAttributeType) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: t}
	}
	return &dynamodb.CreateTableInput{
		TableName:   aws.String(name),
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   []types.KeySchemaElement{schema(keyName, types.KeyTypeHash)},
		AttributeDefinitions: []types.AttributeDefinition{
			attribute(keyName, types.ScalarAttributeTypeS),
			attribute(accountName, types.ScalarAttributeTypeS), attribute(dueName, types.ScalarAttributeTypeN),
			attribute(monthName, types.ScalarAttributeTypeS), attribute(receivedName, types.ScalarAttributeTypeS),
		},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			index(dueIndex, accountName, dueName, types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}),
			index(recentIndex, monthName, receivedName, types.Projection{ProjectionType: types.ProjectionTypeInclude,
				NonKeyAttributes: []string{stateName, reasonName, mineName}}),
		},
	}
}

func schema(name string, t types.KeyType) types.KeySchemaElement {
	return types.KeySchemaElement{AttributeName: aws.String(name), KeyType: t}
}

func index(name, partition, sort string, p types.Projection) types.GlobalSecondaryIndex {
	return types.GlobalSecondaryIndex{IndexName: aws.String(name), Projection: &p,
		KeySchema: []types.KeySchemaElement{schema(partition, types.KeyTypeHash), schema(sort, types.KeyTypeRange)}}
}
