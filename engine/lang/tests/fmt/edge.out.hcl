a = {
  b = [
    for x in y :
    x if x != null
  ]
  "quoted key" = 1
  (computed)   = 2
  k : "v"
}
foo "bar" "baz" {
  dynamic "setting" {
    for_each = var.x
    content {
      name  = setting.value["name"] #trailing
      value = setting.value
    }
  }
  lifecycle { ignore_changes = [tags, "x"] }
}
long = var.a ? (
  1
  ) : (
  2
)
chain         = a.b.c[d.e][0]
fn            = cidrsubnet(var.cidr, 8, count.index)
neg           = [-1, -2, 3 - 1, a-b, -(c), !d]
cmp           = a >= b && c <= d || e != f
mod           = 10 % 3
tpl           = "%{if a}x%{else}y%{endif}"
tpl2          = a
nested        = "a${"b${c}"}"
obj_in_tpl    = jsonencode({ a = 1 })
wrapped_obj   = { a = 1 }
list_of_lists = [[1, 2], [3, 4]]
empty_list    = []
empty_obj     = {}
// slash comment
# hash


# after blanks
x             = 1         //c1
yyy           = 22        //c2
zz            = {}        # c3
multi_comment = 1 /* c */ # d
ns            = provider::aws::arn_parse(x)
