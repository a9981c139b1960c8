//go:build tools

// Package tools pins tflint.
package tools

import _ "github.com/terraform-linters/tflint"
