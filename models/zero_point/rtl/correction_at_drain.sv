// row_sum, per drain lane: takes z times the vector's whole activation sum off an accumulator, once per output.
//   corrected = accumulated - zero_point * activation_sum, two's complement, modulo 2^W
// Ports   zero_point: K bits, two's complement. activation_sum: SUM bits, added up over all k-blocks and passes; the
//         default has 8 bits for up to 256 k-blocks. accumulated, corrected: W bits. enable.
// Depth   1, before the requantizer.
// Twin    requantizer::correct_sums, models/requantizer/requantizer.cpp
// Without storage of the activation sums (one per vector and bank: an accumulator of SUM bits); the zero point's register.
module correction_at_drain #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer W = 24,
    parameter integer SUM = A + $clog2(LANES) + 8
) (
    input  wire           clk,
    input  wire           enable,
    input  wire [  K-1:0] zero_point,
    input  wire [SUM-1:0] activation_sum,
    input  wire [  W-1:0] accumulated,
    output reg  [  W-1:0] corrected
);
  wire [W-1:0] sum_row, carry_row, total;

  product_heap #(
      .K(K), .A(SUM), .LANES(1), .COLUMNS(W), .WEIGHT_MODE(1), .ACTIVATION_MODE(1), .NEGATE(1), .ADDEND(W)
  ) product (
      .weights(zero_point), .activations(activation_sum), .weights_signed(1'b1), .activations_signed(1'b1),
      .addend(accumulated), .sum(sum_row), .carry(carry_row)
  );

  carry_propagate_adder #(.WIDTH(W)) add (.a(sum_row), .b(carry_row), .carry_in(1'b0), .sum(total));

  always @(posedge clk) if (enable) corrected <= total;
endmodule
