#### a block name with a typo
varaible "zones" {
  default = 3
}
#### an argument with a typo
variable "zones" {
  defualt = 3
}
#### an argument of a resource with a typo
account "net" {
  id     = "111111111111"
  region = "us-west-2"
}

resource "aws_vpc" "main" {
  in          = account.net
  cidr_blokc  = "10.0.0.0/16"
  tags        = { Name = "main" }
}
#### a kind with a typo
account "net" {
  id     = "111111111111"
  region = "us-west-2"
}

resource "aws_vcp" "main" {
  in         = account.net
  cidr_block = "10.0.0.0/16"
}
#### a function with a typo
locals {
  name = uper("west")
}

output "name" {
  value = local.name
}
#### references that lead nowhere
variable "region" {
  default = "us-west-2"
}

locals {
  place = "x"
}

output "all" {
  value = [var.regoin, local.plaec, module.edge.name, meshform_data.one.output, regoin]
}
#### an attribute that is not there
locals {
  cluster = { name = "a", context = "kind-a" }
}

output "context" {
  value = local.cluster.contxt
}
#### a value of another type
variable "zones" {
  type    = number
  default = "three"
}

variable "clusters" {
  type = map(object({
    context = string
    port    = number
  }))
  default = {
    west = { context = "kind-west", port = "https" }
    east = { port = 443 }
  }
}
#### a type that is none
variable "names" {
  type = lst(string)
}

variable "hosts" {
  type = "string"
}

variable "ports" {
  type = list
}
#### for_each over a list
resource "meshform_data" "zone" {
  for_each = ["a", "b"]
  input    = each.key
}
#### for_each over numbers and nulls
resource "meshform_data" "zone" {
  for_each = toset([1, 2])
  input    = each.key
}

resource "meshform_data" "none" {
  for_each = null
  input    = each.key
}
#### for_each over a secret
variable "tokens" {
  type      = map(string)
  sensitive = true
  default   = { a = "x" }
}

resource "meshform_data" "token" {
  for_each = var.tokens
  input    = each.key
}
#### for_each over what is known later
resource "meshform_data" "first" {
  input = "x"
}

resource "meshform_data" "second" {
  for_each = toset([meshform_data.first.id])
  input    = each.key
}
#### count and for_each
resource "meshform_data" "both" {
  count    = 2
  for_each = toset(["a"])
  input    = 1
}
#### a count that is none
resource "meshform_data" "half" {
  count = 1.5
  input = count.index
}

resource "meshform_data" "below" {
  count = -1
  input = 1
}
#### each and count where they are not
resource "meshform_data" "one" {
  input = "${each.key} ${count.index} ${self.id}"
}
#### an instance without its key
resource "meshform_data" "zone" {
  for_each = toset(["a", "b"])
  input    = each.key
}

output "one" {
  value = meshform_data.zone.output
}

output "other" {
  value = meshform_data.zone["c"].output
}
#### a cycle of locals
locals {
  a = local.b
  b = local.c + 1
  c = local.a
}
#### a cycle of resources
resource "meshform_data" "a" {
  input = meshform_data.b.output
}

resource "meshform_data" "b" {
  input = meshform_data.a.output
}
#### a bracket that is not closed
locals {
  zones = ["a", "b"
  name  = "x"
}
#### a brace that is not closed
resource "meshform_data" "a" {
  input = { a = 1

resource "meshform_data" "b" {
  input = 2
}
#### a block that is not closed
variable "a" {
  default = 1

variable "b" {
  default = 2
}
#### a text that is not closed
locals {
  name = "west
  zone = "a"
}
#### a heredoc that is not closed
locals {
  motd = <<EOT
  welcome
  EOS
  zone = "a"
}
#### an interpolation that is not closed
locals {
  name = "x-${var.region"
}
#### a wrong number of labels
resource "meshform_data" {
  input = 1
}

variable {
  default = 1
}

output "a" "b" {
  value = 1
}

locals "x" {
  a = 1
}
#### names that are given twice
variable "a" {
  default = 1
}

variable "a" {
  default = 2
}

locals {
  b = 1
  b = 2
}

resource "meshform_data" "c" {
  input = 1
}

resource "meshform_data" "c" {
  input = 2
}

output "d" {
  value = 1
}

output "d" {
  value = 2
}
#### names that are none
variable "1st" {
  default = 1
}

resource "meshform_data" "my data" {
  input = 1
}

output "a.b" {
  value = 1
}
#### what Terraform has and Meshform has not
terraform {
  required_version = ">= 1.5"
}

provider "aws" {
  region = "us-west-2"
}
#### a place that is none
account "net" {
  id     = "111111111111"
  region = "us-west-2"
}

resource "aws_vpc" "main" {
  in         = "net"
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc" "lost" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc" "there" {
  in         = acount.net
  cidr_block = "10.0.0.0/16"
}
#### inputs of a module
module "edge" {
  source = "./edge"
  naem   = "x"
}
#### what goes into a module and comes out
module "edge" {
  source = "./edge"
  name   = "x"
  zones  = "three"
}

output "edge" {
  value = module.edge.hots
}
#### a module that is not there
module "edge" {
  source = "./egde"
}

module "far" {
  source = "terraform-aws-modules/vpc/aws"
}

module "nowhere" {
}
#### a validation that says nothing
variable "zones" {
  default = 5
  validation {
    condition = true
  }
}
#### a validation that fails, and one that is no condition
variable "zones" {
  default = 5
  validation {
    condition     = var.zones <= 4
    error_message = "At most 4 zones, not ${var.zones}."
  }
  validation {
    condition     = var.zones
    error_message = "Zones must be true."
  }
}
#### a variable without a value
variable "region" {
  type = string
}

output "region" {
  value = upper(var.region)
}
#### arguments of functions
locals {
  a = upper()
  b = upper("a", "b")
  c = upper(["a"])
  d = cidrsubnet("10.0.0.0/16", 20, 1)
  e = regex("(", "x")
  f = tonumber("12a")
  g = element([], 0)
  h = jsondecode("{")
}
#### operators
locals {
  size  = { a = 1 }
  names = ["a"]
  a     = local.size + 1
  b     = "x" && true
  c     = 1 / 0
  d     = local.names == ["a"] ? "x" : local.missing
  e     = !"maybe"
  f     = "a" + "b"
  g     = local.names[1]
  h     = local.names["first"]
}
#### an equal sign too few or too many
locals {
  a == 1
  b : 2
  c = = 3
}

variable "x" = 1
#### quotes that are typographic, and single ones
locals {
  a = 'west'
  b = “east”
}
#### a condition with one sign
locals {
  a = true & false
  b = true | false
  c = 1 = 1 ? "x" : "y"
}
#### an import of nothing
import {
  to = meshform_data.nothing
  id = "x"
}
#### a lifecycle with mistakes
variable "name" {
  default = "x"
}

resource "meshform_data" "a" {
  input = 1

  lifecycle {
    prevent_destroy = var.name
    ignore_changes  = [inptu]

    precondition {
      condition     = var.name
      error_message = "There is no name."
    }
  }
}
#### a dynamic block
resource "meshform_data" "a" {
  dynamic "setting" {
    for_each = 3
    content {
      name = setting.value
    }
  }
  input = 1
}
#### a mesh with mistakes
mesh "main" {
  version = "1.99"
}

cluster "west" {
  network = network.wset

  kubeconfig {
    contxt = "kind-west"
  }
}
#### depends_on and references as text
resource "meshform_data" "a" {
  input      = 1
  depends_on = ["meshform_data.b"]
}

resource "meshform_data" "b" {
  input      = 1
  depends_on = meshform_data.a
}
#### a version that is not this one
meshform {
  required_version = "~> 9.0"
}
