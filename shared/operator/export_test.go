package operator

// What the tests look at that nobody else does.
var (
	DependsOnLookUp = dependsOnLookUp
	RefusalOf       = Orders.refusal
	CanLookUp       = Orders.canLookUp
)
