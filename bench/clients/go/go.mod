module bench

go 1.25

require github.com/G-Core/gcore-go v0.50.0
