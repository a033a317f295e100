package wire

// Send is what Caller does once nothing has to be waited for.
var Send = send
