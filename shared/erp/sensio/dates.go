package sensio

import (
	"regexp"
	"strconv"
	"time"
)

// dateFields are the fields of sale that may follow the order's day.
var dateFields = []string{"dueDate", "foreseenDelivery", "quoteDate", "foreseenShipment", "shipmentDate"} // never written to

var daysAhead = regexp.MustCompile(`^\+([0-9]{1,3})d$`)

// follow replaces each "+3d" among the dates by that day after the order's, and takes it
// out for an order without a day. It returns the names of those that follow.
func follow(sale map[string]any, day time.Time) (followed []string) {
	for _, name := range dateFields {
		text, _ := sale[name].(string)
		ahead := daysAhead.FindStringSubmatch(text)
		if ahead == nil {
			continue
		}
		followed = append(followed, name)
		if day.IsZero() {
			delete(sale, name)
			continue
		}
		days, _ := strconv.Atoi(ahead[1]) // three digits at most
		sale[name] = day.AddDate(0, 0, days).Format(time.DateOnly)
	}
	return followed
}
