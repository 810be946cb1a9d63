// row_sum, per tree: takes z times the vector's activation sum off every partial sum.
//   corrected = partial - zero_point * activation_sum, two's complement
// Ports   zero_point: K bits, two's complement, held for a tile. activation_sum: SUM bits as activation_sum_tree gives them.
//         partial: PARTIAL bits as mac_tree gives them. corrected: OUT bits, wide enough for every difference. enable.
//         The defaults of SUM and PARTIAL are those of trees with K-bit ports and MODES = 1; a zero point wider than the
//         port (wide layers) sets them apart.
// Depth   1: the cycle that row_sum adds to the pipeline. Product and subtraction are one heap and one carry chain.
// Twin    zero_point_adder::b_transport, models/zero_point/zero_point_adder.cpp
// Without the zero point's register; the choice of passes that are corrected (the first of each activation piece).
module correction_every_cycle #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer SUM = A + $clog2(LANES) + 1,
    parameter integer PARTIAL = K + A + $clog2(LANES) + 1,
    parameter integer OUT = (PARTIAL > K + SUM ? PARTIAL : K + SUM) + 1  // derived: do not set
) (
    input  wire               clk,
    input  wire               enable,
    input  wire [      K-1:0] zero_point,
    input  wire [    SUM-1:0] activation_sum,
    input  wire [PARTIAL-1:0] partial,
    output reg  [    OUT-1:0] corrected
);
  wire [OUT-1:0] sum_row, carry_row, total;

  product_heap #(
      .K(K), .A(SUM), .LANES(1), .COLUMNS(OUT), .WEIGHT_MODE(1), .ACTIVATION_MODE(1), .NEGATE(1), .ADDEND(PARTIAL)
  ) product (
      .weights(zero_point), .activations(activation_sum), .weights_signed(1'b1), .activations_signed(1'b1),
      .addend(partial), .sum(sum_row), .carry(carry_row)
  );

  carry_propagate_adder #(.WIDTH(OUT)) add (.a(sum_row), .b(carry_row), .carry_in(1'b0), .sum(total));

  always @(posedge clk) if (enable) corrected <= total;
endmodule
