// Stands in for models/arithmetic/rtl/carry_propagate_adder.sv on FPGAs: as an addition, for which synthesis has carry chains, and
// which it does not find in a chain of full adders.
module carry_propagate_adder #(
    parameter integer WIDTH = 12
) (
    input  wire [WIDTH-1:0] a,
    input  wire [WIDTH-1:0] b,
    input  wire             carry_in,
    output wire [WIDTH-1:0] sum
);
  assign sum = a + b + {{WIDTH - 1{1'b0}}, carry_in};
endmodule
