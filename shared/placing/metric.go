package placing

// Metric names something worth counting.
type Metric string

// What is counted. A person looks at Rejected, Parked, UnknownFault, ReversedLate,
// ChangedLate, NewerVersion, AccountRefused and LongRest.
const (
	MetricAccepted     Metric = "Accepted"
	MetricCreated      Metric = "Created"
	MetricRejected     Metric = "Rejected"
	MetricUncertain    Metric = "Uncertain"
	MetricParked       Metric = "Parked"
	MetricLaneBlocked  Metric = "LaneBlocked"
	MetricUnknownFault Metric = "UnknownFault"
	// MetricReversedLate: reversed when a document may exist already.
	MetricReversedLate Metric = "ReversedLate"
	// MetricChangedLate: changed in the store after the document was created.
	MetricChangedLate Metric = "ChangedLate"
	// MetricUnchanged: a later notice that changes nothing of the document.
	MetricUnchanged Metric = "Unchanged"
	// MetricStrayWake: a wake-up of an entry that does not exist.
	MetricStrayWake Metric = "StrayWake"
	// MetricNewerVersion: a message or an entry that a newer release wrote.
	MetricNewerVersion Metric = "NewerVersion"

	// MetricAccountRefused, of an account: its key was refused, or a permission is
	// missing.
	MetricAccountRefused Metric = "AccountRefused"
	// MetricLongRest, of an account: the ERP has it rest for longer than LongRest.
	MetricLongRest Metric = "LongRest"
)
