//go:build !unix

package cluster

// folderLock is not known on this system: that a folder has one server only is
// up to whoever starts it.
type folderLock struct{}

func lockFolder(string) (*folderLock, error) { return &folderLock{}, nil }

func (*folderLock) release() {}
