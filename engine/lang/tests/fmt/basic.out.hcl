

# leading   comment
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16" # the block
  tags = { Name = "x", Env = "${var.env}"
    Long_name = 1 // other
  }


  enable_dns = true
  # own line
  nested {
    a   = -1
    bcd = !true
    e   = 1 - 2
  }
  empty {}
  one { a = 1 }
  list = [1, 2, 3]
  list2 = [
    1,
    2, # two
    33 # three
  ]
  call   = foo(a, b...)
  idx    = a[0].b["x"]
  cond   = a == b ? c : d
  tpl    = "x${a}y${b["c"]}"
  whole  = var.x
  whole2 = "${var.x}-${var.y}"
  forx   = [for k, v in [1, 2] : v if v > 1]
  obj    = { for k, v in m : k => v... }
  text   = <<-EOT
      hello ${name}
        world
  EOT
  other  = <<EOT
x
EOT
  multi = [{
    a = 1
    }, {
    b = 2
  }]
  cat = merge({
    a = 1
    }, {
    b = 2
  })
  long   = a && b
  neg    = (-1)
  sub    = a - -b
  splat  = a.*.b
  splat2 = a[*].b
  /* block
     comment */
  x = /* inline */ 1
}
variable "a" {}
variable "b" {
}
locals {
  a  = 1
  bb = 2

  ccc = 3
  d = {
    e = 1
  }
  ff = 4
}
