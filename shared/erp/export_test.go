package erp

// Remembered is how many calls are.
func (c *Calls) Remembered() int { return len(c.made) }
