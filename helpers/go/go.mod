module loopgate.io/loopgate

go 1.22
