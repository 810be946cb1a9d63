// a + b + carry_in modulo 2^WIDTH, as a chain of full adders: the least area and energy. All trees, accumulators and
// corrections add through this module, so another adder can be tried in one place.
// Combinational; two chains in a row take one full adder longer than one. C++ twin: none of its own.
module carry_propagate_adder #(
    parameter integer WIDTH = 12
) (
    input  wire [WIDTH-1:0] a,
    input  wire [WIDTH-1:0] b,
    input  wire             carry_in,
    output wire [WIDTH-1:0] sum
);
  wire [WIDTH:0] carry  /*verilator split_var*/;
  assign carry[0] = carry_in;

  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : bits
      full_adder add (.a(a[i]), .b(b[i]), .c(carry[i]), .sum(sum[i]), .carry(carry[i+1]));
    end
  endgenerate
endmodule
