// Multiplier tree for AsymQ weights whose stored codes W - z are one bit wider. K is the stored width, code width + 1: the
// circuit is mac_tree's, the extra bit is paid in every multiplier, register and memory.
//   sum = sum over lanes of (W - z) * activation, two's complement
// Ports, depth and parameters as in mac_tree.sv.
// Twin    multiply_tile, models/dense_array/dense_math.h
module widened_tree #(
    parameter integer K = 5,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer MODES = 1,
    parameter integer OUT = K + A + $clog2(LANES) + MODES  // derived: do not set
) (
    input  wire               clk,
    input  wire               enable_product,
    input  wire               enable_sum,
    input  wire [LANES*K-1:0] weights,
    input  wire [LANES*A-1:0] activations,
    input  wire               weights_signed,
    input  wire               activations_signed,
    output wire [    OUT-1:0] sum
);
  mac_tree #(.K(K), .A(A), .LANES(LANES), .MODES(MODES)) tree (
      .clk(clk), .enable_product(enable_product), .enable_sum(enable_sum), .weights(weights), .activations(activations),
      .weights_signed(weights_signed), .activations_signed(activations_signed), .sum(sum)
  );
endmodule
