package healthbridge

import (
	"hash/fnv"
	"time"
)

const day = 24 * time.Hour

// Expired says whether a machine is older than it may get. The last tenth of its days is spread by its name, so that machines of one birth
// do not go at once. Zero days: never.
func Expired(name string, born time.Time, maximumAgeDays int, now func() time.Time) func() bool {
	if maximumAgeDays == 0 {
		return func() bool { return false }
	}
	age := time.Duration(maximumAgeDays) * day
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))
	end := born.Add(age - age/10*time.Duration(hash.Sum32()%1000)/1000)
	return func() bool { return now().After(end) }
}
